"""The engine for a co-op's week: plans keep every rule, are the cheapest where that can be known, and are the same compiled and plain."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from services.scheduling.domain.travel import TravelTable
from services.scheduling.domain.week_problem import USUAL_WEIGHTS, WeekProblem, WeekVisit, WeekWorker
from services.scheduling.engine.problem import NOBODY
from services.scheduling.engine.week_numbers import Week
from services.scheduling.engine.week_plan import plan_week
from services.scheduling.engine.week_points import plan_points
from services.scheduling.engine.week_rules import broken_rules
from tests.support.week_problems import co_op_week, random_week

OPTIMA = json.loads((Path(__file__).parent / "vectors" / "week_optima.json").read_text())
"""Least costs, proven by CP-SAT (bench/judges/week_cpsat.py), by the seed of the week."""
DAY = 24 * 60
NINE, TEN = 9 * 60, 10 * 60


def a_visit(name: str, start: int = NINE, end: int = TEN, **others: object) -> WeekVisit:
    return replace(WeekVisit(name, "ash", start, end, 1, "ash"), **others)  # type: ignore[arg-type]  # its own fields


def a_week(visits: list[WeekVisit], workers: list[WeekWorker], travel: Mapping[tuple[str, str], int] | None = None) -> WeekProblem:
    return WeekProblem("2026-12-07", visits, workers, travel or {})


def who_comes(problem: WeekProblem) -> dict[str, list[str]]:
    plan = plan_week(problem, 1, 300, plain=True)
    assert broken_rules(problem, plan.comes) == []
    return {visit: sorted(comes) for visit, comes in plan.comes.items()}


def least_cost(problem: WeekProblem) -> int:
    """The cheapest of all plans that keep the rules, each looked at."""
    week = Week(problem, USUAL_WEIGHTS)
    plans = [[NOBODY] * len(week.places)]
    for place, visit in enumerate(week.places):
        plans += [
            [*plan[:place], worker, *plan[place + 1 :]]
            for plan in plans
            for worker in week.able(visit)
            if worker not in [plan[other] for other in week.places_of[visit]]
        ]
    allowed = (comes for comes in map(week.comes, plans) if not broken_rules(problem, comes))
    return min(sum(plan_points(problem, comes, USUAL_WEIGHTS).values()) for comes in allowed)


@pytest.mark.parametrize("seed", range(12))
def test_the_compiled_search_finds_the_plan_of_the_plain_one(seed: int) -> None:
    problem = random_week(seed)
    assert plan_week(problem, seed, 1_000) == plan_week(problem, seed, 1_000, plain=True)


@pytest.mark.parametrize("seed", range(6))
def test_they_agree_where_workers_go_in_different_ways_and_each_way_counts_as_its_worker_goes(seed: int) -> None:
    problem = in_different_ways(random_week(seed))
    plan = plan_week(problem, seed, 1_000)
    assert plan == plan_week(problem, seed, 1_000, plain=True)
    assert (plan.points, broken_rules(problem, plan.comes)) == (plan_points(problem, plan.comes, USUAL_WEIGHTS), [])


def in_different_ways(problem: WeekProblem) -> WeekProblem:
    """The first worker as before, the next three times as slow, the third on foot, with a table that knows no way."""
    workers = [replace(worker, goes=("", "slow", "foot")[number % 3]) for number, worker in enumerate(problem.workers)]
    slow = {pair: 3 * minutes for pair, minutes in problem.travel.items()}
    return replace(problem, workers=workers, travel_by={"slow": slow, "foot": {}})


def test_they_agree_where_no_place_is_known() -> None:
    nowhere = TravelTable((), ())
    week = random_week(2)
    problem = replace(
        week,
        visits=[replace(visit, place="") for visit in week.visits],
        workers=[replace(worker, place="", goes="foot") for worker in week.workers],
        travel=nowhere,
        travel_by={"foot": nowhere},
    )
    assert plan_week(problem, 1, 500) == plan_week(problem, 1, 500, plain=True)


def test_who_goes_slower_is_not_there_in_time() -> None:
    visits = [a_visit("v1"), a_visit("v2", 10 * 60 + 15, 11 * 60, place="bo", person="bo")]
    quick, slow = WeekWorker("quick", ""), WeekWorker("slow", "", goes="foot")
    week = replace(a_week(visits, [slow], {("ash", "bo"): 15}), travel_by={"foot": {("ash", "bo"): 16}})
    assert sorted(map(len, who_comes(week).values())) == [0, 1]
    assert who_comes(replace(week, workers=[quick])) == {"v1": ["quick"], "v2": ["quick"]}


@pytest.mark.parametrize("iterations", [0, 600])
def test_they_agree_on_a_week_of_a_small_co_op_too(iterations: int) -> None:
    problem = co_op_week(3, people=24, workers=9)
    assert plan_week(problem, 5, iterations) == plan_week(problem, 5, iterations, plain=True)


@pytest.mark.parametrize("seed", range(40, 60))
def test_small_weeks_get_the_cheapest_of_all_plans(seed: int) -> None:
    problem = random_week(seed, visits=4, workers=3)
    assert sum(plan_week(problem, 1, 5_000).points.values()) == least_cost(problem)


@pytest.mark.parametrize("case", OPTIMA, ids=lambda case: f"seed {case['seed']}")
def test_larger_ones_get_the_plan_that_is_proven_best(case: dict[str, int]) -> None:
    problem = random_week(case["seed"])
    plan = plan_week(problem, 1, 100_000)
    assert sum(plan.points.values()) == case["total"]
    assert broken_rules(problem, plan.comes) == []


def test_a_whole_co_ops_week_keeps_every_rule_and_gets_cheaper() -> None:
    problem = co_op_week(1)
    first, later = plan_week(problem, 1, 0), plan_week(problem, 1, 50_000)
    for plan in (first, later):
        assert broken_rules(problem, plan.comes) == []
        assert plan.points == plan_points(problem, plan.comes, USUAL_WEIGHTS)
    assert sum(later.points.values()) < sum(first.points.values())


def test_in_which_order_visits_and_workers_are_given_does_not_matter() -> None:
    problem = random_week(9)
    turned = replace(problem, visits=problem.visits[::-1], workers=problem.workers[::-1])
    assert plan_week(problem, 2, 500, plain=True) == plan_week(turned, 2, 500, plain=True)


def test_a_search_can_be_stopped_and_made_again_as_far_as_it_came() -> None:
    problem, told = random_week(5), []

    def progress(done: int) -> bool:
        told.append(done)
        return done < 2_000

    stopped = plan_week(problem, 1, 5_000, progress=progress, plain=True)

    assert stopped.iterations == told[-1] < 5_000
    assert told == sorted(told)
    assert plan_week(problem, 1, 5_000, made=stopped.iterations) == stopped


def test_a_worker_is_in_one_place_at_a_time_and_the_way_between_counts() -> None:
    one, other = WeekWorker("fern", "", cannot={}), WeekWorker("wren", "", cannot={"v2": "NOT_IN_TEAM"})
    travel = {("ash", "moss"): 15, ("moss", "ash"): 40}
    soon = a_week([a_visit("v1"), a_visit("v2", TEN + 14, TEN + 60, place="moss")], [one, other], travel)
    later = a_week([a_visit("v1"), a_visit("v2", TEN + 15, TEN + 60, place="moss")], [one], travel)
    overlapping = a_week([a_visit("v1"), a_visit("v2", TEN - 1, TEN + 60)], [one])

    assert who_comes(soon) == {"v1": ["wren"], "v2": ["fern"]}
    assert who_comes(later) == {"v1": ["fern"], "v2": ["fern"]}
    assert sorted(map(len, who_comes(overlapping).values())) == [0, 1]


def test_where_a_place_is_not_known_it_is_no_way_from_anywhere() -> None:
    problem = a_week([a_visit("v1"), a_visit("v2", TEN, TEN + 60, place="")], [WeekWorker("fern", "fern")], {("ash", "fern"): 20})
    assert who_comes(problem) == {"v1": ["fern"], "v2": ["fern"]}
    assert plan_week(problem, 1, 0, plain=True).points["travel"] == 0


def test_the_rest_between_days_is_kept_by_those_whom_it_binds() -> None:
    visits = [a_visit("v1", 21 * 60, 22 * 60), a_visit("v2", DAY + NINE - 1, DAY + TEN)]
    assert sorted(map(len, who_comes(a_week(visits, [WeekWorker("fern", "", daily_rest=660)])).values())) == [0, 1]
    assert who_comes(a_week(visits, [WeekWorker("fern", "")])) == {"v1": ["fern"], "v2": ["fern"]}
    visits[1] = a_visit("v2", DAY + NINE, DAY + TEN)
    assert who_comes(a_week(visits, [WeekWorker("fern", "", daily_rest=660)])) == {"v1": ["fern"], "v2": ["fern"]}


def test_nobody_works_more_than_their_most_or_comes_twice_to_one_visit() -> None:
    problem = a_week([a_visit("v1", workers=2), a_visit("v2", TEN + 30, TEN + 90)], [WeekWorker("fern", "", most_minutes=60)])
    assert sum(map(len, who_comes(problem).values())) == 1


def test_who_is_kept_stays_and_the_others_make_room() -> None:
    visits = [a_visit("v1", kept=frozenset({"fern"})), a_visit("v2", NINE + 30, TEN + 30, workers=2)]
    fern = WeekWorker("fern", "", cannot={"v1": "WORKER_AWAY"}, most_minutes=30)
    assert who_comes(a_week(visits, [fern, WeekWorker("wren", "")])) == {"v1": ["fern"], "v2": ["wren"]}
    # Somebody who is no worker of this week stays as well, and their place is taken.
    visits[0] = a_visit("v1", kept=frozenset({"jay"}))
    assert who_comes(a_week(visits, [WeekWorker("wren", "")])) == {"v1": ["jay"], "v2": ["wren"]}


def test_the_points_of_a_plan_are_what_the_page_says() -> None:
    visits = [
        a_visit("v1", workers=2, published=frozenset({"wren"})),
        a_visit("v2", DAY + NINE, DAY + TEN, person="moss", place="moss"),
        a_visit("v3", DAY + TEN + 15, DAY + TEN + 75, person="moss", place="moss"),
    ]
    fern = WeekWorker("fern", "home", known={"ash": 3, "moss": 0}, wished_minutes=120)
    wren = WeekWorker("wren", "", preferred=frozenset({"moss"}), wished_minutes=150)
    travel = {("home", "ash"): 5, ("ash", "home"): 7, ("home", "moss"): 11, ("moss", "home"): 13, ("ash", "moss"): 1000}
    comes = {"v1": frozenset({"fern"}), "v2": frozenset({"fern"}), "v3": frozenset({"fern"})}

    assert plan_points(a_week(visits, [fern, wren], travel), comes, USUAL_WEIGHTS) == {
        "nobody": 10_000,
        "travel": 5 + 7 + 11 + 13,
        "new_face": 30,
        "not_preferred": 2 * 15,
        "short_of_wish": 25,
        "over_wish": 12,
        "fairness": 0,
        "change": 20,
    }
    assert plan_points(a_week(visits, [fern, replace(wren, wished_minutes=3 * 3600)]), comes, USUAL_WEIGHTS)["fairness"] == 0
    longer = a_week([a_visit("v1", 0, 10 * 60)], [fern])
    assert plan_points(longer, {"v1": frozenset({"fern"})}, USUAL_WEIGHTS)["fairness"] == 10


@pytest.mark.parametrize(
    "problem",
    [
        a_week([a_visit("v1", TEN, TEN)], []),
        a_week([a_visit("v1", -60, TEN)], []),
        a_week([a_visit("v1"), a_visit("v1", TEN, TEN + 60)], []),
        a_week([a_visit("v1")], [WeekWorker("fern", ""), WeekWorker("fern", "")]),
        a_week([a_visit("v1")], [], {("ash", "moss"): -1}),
    ],
)
def test_what_no_plan_can_hold_is_refused(problem: WeekProblem) -> None:
    with pytest.raises(ValueError, match=r"after|twice|less than zero"):
        plan_week(problem, 1, 10, plain=True)


def test_a_week_without_visits_or_workers_has_a_plan() -> None:
    for plain in (True, False):
        assert plan_week(a_week([], []), 1, 100, plain=plain).comes == {}
        assert plan_week(a_week([a_visit("v1")], []), 1, 100, plain=plain).comes == {"v1": frozenset()}
