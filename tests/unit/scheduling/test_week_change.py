"""Instant changes of a planned week: only what is touched, then at most a tenth of the others."""

from dataclasses import replace

import pytest

from services.scheduling.domain.week_problem import USUAL_WEIGHTS, WeekPlan, WeekProblem, WeekVisit, WeekWorker
from services.scheduling.engine.week_change import CancelVisit, Change, InsertVisit, MoveVisit, WorkerIll, change_week, settle_week
from services.scheduling.engine.week_plan import plan_week
from services.scheduling.engine.week_rules import broken_rules
from tests.support.week_problems import co_op_week

WEEK = co_op_week(2, people=40, workers=9)
PLAN = plan_week(WEEK, 1, 3_000)
SOME, ANOTHER = WEEK.visits[7], WEEK.visits[30]
CHANGES: list[Change] = [
    InsertVisit(replace(SOME, id="new", start=3 * 1440 + 700, end=3 * 1440 + 760, workers=2), {"w001": "WORKER_AWAY"}),
    MoveVisit(SOME.id, ANOTHER.start, ANOTHER.start + 45),
    CancelVisit(ANOTHER.id),
    WorkerIll("w003", 1440, 4 * 1440),
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: type(change).__name__)
def test_the_first_answer_keeps_every_rule_and_settling_is_cheaper_and_near(change: Change) -> None:
    first = change_week(WEEK, PLAN, change)
    settled = settle_week(first, 1, 20_000)

    assert first == change_week(WEEK, PLAN, change, plain=True)
    for answer in (first, settled):
        assert broken_rules(answer.problem, answer.plan.comes) == []
    assert len(settled.moved) <= max((len(PLAN.comes) - len(first.touched)) // 10, len(first.moved))
    assert settled.plan.points["nobody"] <= first.plan.points["nobody"]
    assert settle_week(first, 1, 300) == settle_week(first, 1, 300, plain=True)


def test_who_came_still_comes_to_a_visit_that_moves_where_they_can() -> None:
    moved = change_week(WEEK, PLAN, MoveVisit(SOME.id, SOME.start, SOME.end))
    assert moved.plan.comes == PLAN.comes
    away = change_week(WEEK, PLAN, MoveVisit(SOME.id, SOME.start, SOME.end, dict.fromkeys(PLAN.comes[SOME.id], "WORKER_AWAY")))
    assert PLAN.comes[SOME.id]
    assert not away.plan.comes[SOME.id] & PLAN.comes[SOME.id]


def test_an_ill_worker_comes_to_nothing_in_that_time_and_keeps_the_rest() -> None:
    ill = change_week(WEEK, PLAN, WorkerIll("w003", 1440, 4 * 1440))
    for visit in WEEK.visits:
        if 1440 <= visit.start < 4 * 1440:
            assert "w003" not in ill.plan.comes[visit.id]
        elif visit.id not in ill.moved:
            assert ill.plan.comes[visit.id] == PLAN.comes[visit.id]
    assert ill.touched == {visit.id for visit in WEEK.visits if 1440 <= visit.start < 4 * 1440 and "w003" in PLAN.comes[visit.id]}


def test_where_nobody_is_free_a_worker_gives_up_a_visit_that_another_can_take() -> None:
    """Fern alone may come to the new visit, and Wren can take what Fern does then."""
    visit = WeekVisit("v1", "ash", 540, 600, 1, "ash")
    problem = WeekProblem("2026-12-07", [visit], [WeekWorker("fern", ""), WeekWorker("wren", "")], {})
    plan = WeekPlan({"v1": frozenset({"fern"})}, {}, 0)
    answer = change_week(problem, plan, InsertVisit(replace(visit, id="v2"), {"wren": "NOT_IN_TEAM"}), plain=True)

    assert answer.plan.comes == {"v1": frozenset({"wren"}), "v2": frozenset({"fern"})}
    assert answer.moved == {"v1"}


def test_at_most_a_tenth_of_the_other_visits_move_however_cheap_it_were() -> None:
    """Fern does all, Wren has none of it and wishes for it."""
    visits = [WeekVisit(f"v{number:02}", "ash", 600 + 60 * number, 650 + 60 * number, 1, "ash") for number in range(12)]
    workers = [WeekWorker("fern", "", wished_minutes=0, known={"ash": 1}), WeekWorker("wren", "", wished_minutes=6000, known={"ash": 1})]
    problem = WeekProblem("2026-12-07", visits, workers, {})
    plan = WeekPlan({visit.id: frozenset({"fern"}) for visit in visits}, {}, 0)
    weights = replace(USUAL_WEIGHTS, over_wish=500)
    first = change_week(problem, plan, CancelVisit("v00"), weights, plain=True)

    assert first.moved == frozenset()
    assert len(settle_week(first, 1, 3_000, weights, plain=True).moved) == 1


def test_what_is_not_of_the_week_is_refused() -> None:
    with pytest.raises(ValueError, match="already"):
        change_week(WEEK, PLAN, InsertVisit(SOME), plain=True)
    for change in (MoveVisit("none", 1, 2), CancelVisit("none"), WorkerIll("none", 0)):
        with pytest.raises(KeyError, match="none"):
            change_week(WEEK, PLAN, change, plain=True)
