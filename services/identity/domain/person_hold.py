"""A hold: while it is in force, nothing about a person is erased, and nothing is disposed of as its time is over.

It has a reason, and a day on which a secretary looks again, and ends it or sets the next: a hold that nobody remembers would be for ever.
The person sees it, unless the rulebook says that holds of its kind are not shown, as where a suspicion must not be told.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from kith.identity.v1.enums import HoldKind
from libs.refusals import invalid

MAX_REASON_LENGTH = 500
LONGEST = timedelta(days=366)
"""Until somebody must look again."""


@dataclass(frozen=True)
class PersonHold:
    """`placed_by` and `released_by` are the ids of callers."""

    id: UUID
    person: UUID
    kind: HoldKind
    reason: str
    review_on: date
    shown: bool
    placed_by: str
    placed_at: datetime
    reminded_at: datetime | None = None
    released_by: str = ""
    released_at: datetime | None = None


@dataclass(frozen=True)
class HoldTerms:
    """What a secretary typed."""

    kind: HoldKind
    reason: str
    review_day: str


def parse_terms(terms: HoldTerms, today: date) -> tuple[str, date]:
    """The reason and the day. Raises Invalid HOLD_REASON_MISSING, HOLD_REASON_TOO_LONG, HOLD_DAY_INVALID or HOLD_DAY_FAR."""
    reason = terms.reason.strip()
    if not reason:
        raise invalid("reason", "HOLD_REASON_MISSING")
    if len(reason) > MAX_REASON_LENGTH:
        raise invalid("reason", "HOLD_REASON_TOO_LONG", at_most=str(MAX_REASON_LENGTH))
    return reason, parse_review_day(terms.review_day, today)


def parse_review_day(typed: str, today: date) -> date:
    """On which a secretary looks again. Raises Invalid HOLD_DAY_INVALID or HOLD_DAY_FAR."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise invalid("review_day", "HOLD_DAY_INVALID") from None
    if not today < day <= today + LONGEST:
        raise invalid("review_day", "HOLD_DAY_FAR")
    return day
