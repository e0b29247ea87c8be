"""Why this worker, and who could swap: every sum is the difference that evaluating both plans gives."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from services.scheduling.domain.week_problem import USUAL_WEIGHTS, WeekPlan, WeekProblem, WeekVisit, WeekWorker
from services.scheduling.engine.week_plan import plan_week
from services.scheduling.engine.week_points import plan_points
from services.scheduling.engine.week_reasons import answers_for, swaps_for
from services.scheduling.engine.week_rules import broken_rules
from tests.support.week_problems import co_op_week, random_week

OTHERS = [(1, 2030, 2090), (2, 2059, 2120), (3, 1320, 1380)]
"""On Tuesday at 9:50 and 10:19, and on Monday until 23:00; the visit in question is on Tuesday from 9 to 10."""
WEEKS = [*(random_week(seed) for seed in range(60)), co_op_week(4, people=20, workers=8)]


def total(problem: WeekProblem, comes: Mapping[str, frozenset[str]]) -> int:
    return sum(plan_points(problem, comes, USUAL_WEIGHTS).values())


@pytest.mark.parametrize("number", range(len(WEEKS)))
def test_the_parts_of_an_answer_are_the_exact_difference_or_a_rule_is_broken(number: int) -> None:
    problem = WEEKS[number]
    plan = plan_week(problem, 1, 300, plain=True)
    for visit in problem.visits:
        answers = answers_for(problem, plan, visit.id)
        assert sorted(answer.worker for answer in answers) == sorted(worker.id for worker in problem.workers)
        for answer in answers:
            without = {**plan.comes, visit.id: plan.comes[visit.id] - {answer.worker}}
            # As many places as it takes: what somebody costs does not depend on who else comes.
            roomy = replace(problem, visits=[replace(v, workers=9) if v is visit else v for v in problem.visits])
            coming = {**without, visit.id: without[visit.id] | {answer.worker}}
            broken = [reason for worker, id_, reason in broken_rules(roomy, coming) if (worker, id_) == (answer.worker, visit.id)]
            assert broken == ([answer.reason] if answer.reason else [])
            if answer.worker not in visit.kept and not answer.reason:
                assert answer.total == total(roomy, coming) - total(roomy, without) + USUAL_WEIGHTS.nobody


@pytest.mark.parametrize("number", range(len(WEEKS)))
def test_swaps_are_all_those_that_keep_the_rules_with_their_exact_difference(number: int) -> None:
    problem = WEEKS[number]
    plan = plan_week(problem, 1, 300, plain=True)
    visit = problem.visits[0]
    for me in plan.comes[visit.id]:
        swaps = {(swap.worker, swap.visit): swap for swap in swaps_for(problem, plan, visit.id, me)}
        for theirs in problem.visits:
            for other in plan.comes[theirs.id] - {me}:
                if theirs is visit or me in plan.comes[theirs.id] or other in plan.comes[visit.id] or me not in worker_ids(problem):
                    continue
                comes = {
                    **plan.comes,
                    visit.id: plan.comes[visit.id] - {me} | {other},
                    theirs.id: plan.comes[theirs.id] - {other} | {me},
                }
                assert ((other, theirs.id) in swaps) == (broken_rules(problem, comes) == [])
                if swap := swaps.get((other, theirs.id)):
                    assert swap.total == total(problem, comes) - total(problem, plan.comes)


def worker_ids(problem: WeekProblem) -> set[str]:
    return {worker.id for worker in problem.workers}


def test_each_reason_names_the_visit_that_stands_against_it() -> None:
    visits = [WeekVisit("v1", "ash", 1980, 2040, 1, "ash"), *(WeekVisit(f"o{n}", "moss", s, e, 1, "moss") for n, s, e in OTHERS)]
    workers = [
        WeekWorker("bay", "", cannot={"v1": "NOT_IN_TEAM"}),
        WeekWorker("fern", ""),
        WeekWorker("jay", ""),
        WeekWorker("robin", "", daily_rest=660),
        WeekWorker("sorrel", "", most_minutes=59),
        WeekWorker("wren", "wren"),
    ]
    comes = {"v1": frozenset[str](), "o1": frozenset({"fern"}), "o2": frozenset({"jay"}), "o3": frozenset({"robin"})}
    travel = {("ash", "moss"): 20, ("wren", "ash"): 5, ("ash", "wren"): 4}
    answers = answers_for(WeekProblem("2026-12-07", visits, workers, travel), WeekPlan(comes, {}, 0), "v1")

    assert [(answer.worker, answer.reason, answer.against) for answer in answers] == [
        ("wren", "", ""),
        ("bay", "NOT_IN_TEAM", ""),
        ("fern", "WORKER_ELSEWHERE", "o1"),
        ("jay", "WAY_TOO_LONG", "o2"),
        ("robin", "REST_TOO_SHORT", "o3"),
        ("sorrel", "HOURS_FULL", ""),
    ]
    assert {part: points for part, points in answers[0].points.items() if points} == {"travel": 9, "new_face": 30}
