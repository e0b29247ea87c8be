"""A budget that two share: who says yes, when it ends, and what is left of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from kith.scheduling.v1.enums import BudgetSpan, TermsState
from libs.refusals import AlreadyExists, FailedPrecondition, NotAllowed, Refusal
from services.scheduling.domain.budget import Cost, PersonCosts, part_of_budget
from services.scheduling.domain.funding import FundingLine, FundingPlan
from services.scheduling.domain.shared_budget import SharedBudget, end, propose, require_alone, respond, span_of
from services.scheduling.domain.terms import agreed_on

ADA, BEA, CY, COUNCIL, HELPER = (UUID(int=number) for number in range(1, 6))
TODAY, NOW = date(2026, 12, 30), datetime(2026, 12, 30, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def asked(first_day: date | None = None, number: int = 9) -> SharedBudget:
    return propose(UUID(int=number), COUNCIL, BEA, first_day, (ADA, ADA), TODAY, NOW)


def agreed(number: int = 9) -> SharedBudget:
    return respond(asked(number=number), BEA, BEA, TODAY, NOW, agrees=True)


def line(pence: int = 0, span: BudgetSpan | None = None) -> FundingLine:
    return FundingLine(COUNCIL, "1/1", pence, span)


@pytest.mark.capability("T9")
def test_the_other_one_says_yes_and_it_holds_from_no_earlier_than_that() -> None:
    late = respond(asked(TODAY), BEA, HELPER, TODAY + 3 * DAY, NOW, agrees=True)
    assert (late.state, late.first_day, late.answered_by) == (TermsState.AGREED, TODAY + 3 * DAY, HELPER)
    for principal, by in ((ADA, ADA), (CY, CY), (BEA, ADA)):
        with pytest.raises(NotAllowed, match="OTHER_SIDE_ANSWERS"):
            respond(asked(), principal, by, TODAY, NOW, agrees=True)
    with pytest.raises(FailedPrecondition, match="TERMS_ANSWERED"):
        respond(agreed(), BEA, BEA, TODAY, NOW, agrees=False)


@pytest.mark.capability("T9")
def test_either_ends_it_from_a_day_on_and_nobody_makes_it_longer_again() -> None:
    ended = end(agreed(), BEA, TODAY + 5 * DAY, TODAY)
    assert [agreed_on(TODAY + days * DAY, [ended]) is not None for days in (0, 4, 5)] == [True, True, False]
    assert agreed_on(TODAY, [end(ended, ADA, None, TODAY)]) is None, "today is a day like another"
    for from_day in (TODAY + 5 * DAY, TODAY + 6 * DAY):
        with pytest.raises(FailedPrecondition, match="SHARED_BUDGET_OVER"):
            end(ended, ADA, from_day, TODAY)
    assert end(asked(), ADA, None, TODAY).state is TermsState.WITHDRAWN
    with pytest.raises(NotAllowed):
        end(asked(), BEA, None, TODAY)
    for from_day in (TODAY - DAY, TODAY + 800 * DAY):
        with pytest.raises(Refusal, match="SHARED_BUDGET_DAYS"):
            end(agreed(), ADA, from_day, TODAY)


@pytest.mark.capability("T9")
def test_what_one_payer_has_is_shared_with_one_other_person_at_a_time() -> None:
    with_cy = replace(agreed(8), other=CY)
    with pytest.raises(AlreadyExists, match="SHARED_BUDGET_EXISTS"):
        require_alone(asked(), [with_cy])
    with pytest.raises(AlreadyExists, match="SHARED_BUDGET_WAITING"):
        require_alone(asked(), [replace(asked(number=8), proposed_by=BEA, other=ADA)])
    over = end(with_cy, ADA, TODAY, TODAY)
    require_alone(agreed(), [agreed(), over, asked(number=7)])


@pytest.mark.capability("T9")
def test_both_have_the_payer_one_a_budget_and_both_of_one_span() -> None:
    assert span_of([line(500, BudgetSpan.WEEK), line()]) is BudgetSpan.WEEK
    for lines, reason in (
        ([line(500, BudgetSpan.WEEK), None], "SHARED_BUDGET_NOT_BOTH"),
        ([line(), line()], "SHARED_BUDGET_NONE"),
        ([line(500, BudgetSpan.WEEK), line(500, BudgetSpan.MONTH)], "SHARED_BUDGET_SPANS"),
    ):
        with pytest.raises(FailedPrecondition, match=reason):
            span_of(lines)


@pytest.mark.capability("T9", "S11")
def test_a_part_counts_what_this_payer_owes_in_the_span_also_without_a_budget_of_its_own() -> None:
    of_bea = FundingPlan(UUID(int=3), BEA, date(2026, 1, 1), None, TermsState.AGREED, BEA, NOW, lines=(line(),))
    spent = [Cost(date(2026, 11, 30), COUNCIL, 7), Cost(date(2026, 12, 1), COUNCIL, 50), Cost(TODAY, BEA, 999)]
    costs = PersonCosts(spent, [Cost(date(2026, 12, 31), COUNCIL, 20), Cost(date(2027, 1, 1), COUNCIL, 3)], [TODAY, date(2027, 1, 2)])
    part = part_of_budget(of_bea, COUNCIL, BudgetSpan.MONTH, TODAY, costs)
    assert ([cost.pence for cost in part.spent], [cost.pence for cost in part.planned], part.not_priced) == ([50], [20], 1)
    assert (part.budget, part.left) == (0, -70)
    of_ada = replace(of_bea, person=ADA, lines=(line(500, BudgetSpan.MONTH),))
    assert part_of_budget(of_ada, COUNCIL, BudgetSpan.MONTH, TODAY, PersonCosts((), (), ())).left + part.left == 430
