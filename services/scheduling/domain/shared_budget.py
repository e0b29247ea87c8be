"""Two persons use together what one payer has for them: what is left is of both.

| state    | agree  | decline  | withdraw  | end                   |
|----------|--------|----------|-----------|-----------------------|
| proposed | agreed | declined | withdrawn | -                     |
| agreed   | -      | -        | -         | agreed, until its day |

- The payer is an organisation that pays for both, by the plan of each. At least one of them has a budget with it; where both have one, it
  is for the same span. What each of their visits costs, and who pays for it, stays as their own plan says.
- One of the two proposes it, the other agrees: each for themselves, or who acts for them in `money`, and nobody says both yeses.
- Either ends it, from any day on. A person shares what one payer has for them with one other person at a time.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from kith.scheduling.v1.enums import BudgetSpan, TermsState
from libs.refusals import AlreadyExists, Conflict, FailedPrecondition, NotAllowed, invalid
from services.scheduling.domain.funding import FundingLine, FundingPlan
from services.scheduling.domain.terms import answer
from services.scheduling.domain.visit import MAX_AHEAD

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class SharedBudget:
    """`proposed_by` is in whose name; `written_by` and `answered_by` are who did it, themselves or in their place."""

    id: UUID
    payer: UUID
    proposed_by: UUID
    other: UUID
    first_day: date
    last_day: date | None
    state: TermsState
    written_by: UUID
    proposed_at: datetime
    answered_by: UUID | None = None
    answered_at: datetime | None = None
    version: int = 1

    @property
    def persons(self) -> frozenset[UUID]:
        return frozenset((self.proposed_by, self.other))

    def other_than(self, person: UUID) -> UUID:
        return self.other if person == self.proposed_by else self.proposed_by

    def is_over(self, today: date) -> bool:
        return self.last_day is not None and self.last_day < today


def propose(
    new_id: UUID, payer: UUID, other: UUID, first_day: date | None, by: tuple[UUID, UUID], today: date, now: datetime
) -> SharedBudget:
    """`by` in whose name, and who. Raises Invalid SHARED_BUDGET_WITH_SELF or SHARED_BUDGET_DAYS."""
    person, written_by = by
    if other == person:
        raise invalid("other_id", "SHARED_BUDGET_WITH_SELF")
    first = _require_day("first_day", first_day or today, today)
    return SharedBudget(new_id, payer, person, other, first, None, TermsState.PROPOSED, written_by, now)


def respond(shared: SharedBudget, principal: UUID, by: UUID, today: date, now: datetime, *, agrees: bool) -> SharedBudget:
    """One that was to begin earlier begins today. Raises NotAllowed OTHER_SIDE_ANSWERS, FailedPrecondition TERMS_ANSWERED."""
    if principal != shared.other or by in (shared.proposed_by, shared.written_by):
        raise NotAllowed("OTHER_SIDE_ANSWERS")
    state, first_day = answer(shared.state, agrees=agrees), max(shared.first_day, today)
    return replace(shared, state=state, first_day=first_day, answered_by=by, answered_at=now, version=shared.version + 1)


def end(shared: SharedBudget, principal: UUID, from_day: date | None, today: date) -> SharedBudget:
    """Raises Invalid SHARED_BUDGET_DAYS, FailedPrecondition TERMS_ANSWERED or SHARED_BUDGET_OVER, NotAllowed NOT_YOURS."""
    if shared.state is TermsState.PROPOSED:
        if principal != shared.proposed_by:
            raise NotAllowed("NOT_YOURS")
        return replace(shared, state=TermsState.WITHDRAWN, version=shared.version + 1)
    last_day = _require_day("from_day", from_day or today, today) - _DAY
    if shared.state is not TermsState.AGREED or (shared.last_day is not None and shared.last_day <= last_day):
        raise FailedPrecondition("SHARED_BUDGET_OVER")
    return replace(shared, last_day=last_day, version=shared.version + 1)


def require_version(shared: SharedBudget, shown: int) -> None:
    """`shown` is what the page showed. Raises Conflict VERSION_STALE."""
    if shown != shared.version:
        raise Conflict("VERSION_STALE", version=str(shared.version))


def require_alone(shared: SharedBudget, others: Iterable[SharedBudget]) -> None:
    """`others` are with the same payer, of either person. Raises AlreadyExists SHARED_BUDGET_EXISTS or SHARED_BUDGET_WAITING."""
    for other in others:
        if other.id == shared.id or other.is_over(shared.first_day):
            continue
        if other.state is TermsState.AGREED:
            raise AlreadyExists("SHARED_BUDGET_EXISTS")
        if other.state is TermsState.PROPOSED and shared.state is TermsState.PROPOSED and other.persons == shared.persons:
            raise AlreadyExists("SHARED_BUDGET_WAITING")


def line_with(plan: FundingPlan | None, payer: UUID) -> FundingLine | None:
    """What the payer pays by a plan; None for nothing."""
    return next((line for line in plan.lines if line.payer == payer), None) if plan else None


def span_of(lines: Iterable[FundingLine | None]) -> BudgetSpan:
    """For how long the budget of both is.

    Raises FailedPrecondition SHARED_BUDGET_NOT_BOTH where the payer does not pay for one of them, SHARED_BUDGET_NONE where it has no budget
    for either, SHARED_BUDGET_SPANS where their budgets begin anew at other times.
    """
    known = list(lines)
    if None in known:
        raise FailedPrecondition("SHARED_BUDGET_NOT_BOTH")
    spans = {line.budget_span for line in known if line is not None and line.budget_span is not None}
    if not spans:
        raise FailedPrecondition("SHARED_BUDGET_NONE")
    if len(spans) > 1:
        raise FailedPrecondition("SHARED_BUDGET_SPANS")
    return spans.pop()


def _require_day(field: str, day: date, today: date) -> date:
    if not today <= day <= today + MAX_AHEAD:
        raise invalid(field, "SHARED_BUDGET_DAYS")
    return day
