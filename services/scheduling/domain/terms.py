"""Terms that need the yes of the other side before they count: who pays for visits, and how a worker works.

| state    | agree  | decline  | other terms are proposed |
|----------|--------|----------|--------------------------|
| proposed | agreed | declined | withdrawn                |

The rest is final: terms change by new ones, which hold from their own first day on. Of those agreed for one day, the ones that begin last
count, and of those that begin together the ones that were agreed last.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Protocol, TypeVar

from kith.scheduling.v1.enums import TermsState
from libs.refusals import FailedPrecondition, invalid

EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)
_NEVER = datetime.min.replace(tzinfo=UTC)


class Terms(Protocol):
    """What plans of payment and engagements have in common."""

    @property
    def first_day(self) -> date: ...
    @property
    def last_day(self) -> date | None: ...
    @property
    def state(self) -> TermsState: ...
    @property
    def answered_at(self) -> datetime | None: ...


TermsT = TypeVar("TermsT", bound=Terms)


def require_days(first_day: date | None, last_day: date | None) -> date:
    """The first day. Raises Invalid DATE_MALFORMED or TERMS_END_FIRST."""
    if first_day is None or not EARLIEST <= first_day <= LATEST:
        raise invalid("first_day", "DATE_MALFORMED")
    if last_day is not None and not first_day <= last_day <= LATEST:
        raise invalid("last_day", "TERMS_END_FIRST")
    return first_day


def answer(state: TermsState, *, agrees: bool) -> TermsState:
    """Raises FailedPrecondition TERMS_ANSWERED."""
    if state is not TermsState.PROPOSED:
        raise FailedPrecondition("TERMS_ANSWERED")
    return TermsState.AGREED if agrees else TermsState.DECLINED


def agreed_on(day: date, terms: Iterable[TermsT]) -> TermsT | None:
    """Those that hold on the day; None where nothing is agreed for it."""
    holding = [each for each in terms if _holds(each, day)]
    return max(holding, key=lambda each: (each.first_day, each.answered_at or _NEVER), default=None)


def _holds(terms: Terms, day: date) -> bool:
    return terms.state is TermsState.AGREED and terms.first_day <= day and (terms.last_day is None or day <= terms.last_day)
