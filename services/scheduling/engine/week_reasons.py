"""Why this worker, and who could swap with me: for each worker one hard reason, or what it costs in named parts.

No part of a plan's points depends on who else comes to a visit, so what a worker costs is the difference that the visit makes to their
own week, exactly; `nobody` is left out, as it is the same for all. The difference of two answers is the difference of the two plans.
"""

from collections.abc import Collection, Mapping, Sequence

from services.scheduling.domain.week_problem import USUAL_WEIGHTS, SwapAnswer, WeekPlan, WeekProblem, WeekWeights, WorkerAnswer
from services.scheduling.engine.week_numbers import Week
from services.scheduling.engine.week_points import worker_points
from services.scheduling.engine.week_rules import reason_against


def answers_for(problem: WeekProblem, plan: WeekPlan, visit_id: str, weights: WeekWeights = USUAL_WEIGHTS) -> tuple[WorkerAnswer, ...]:
    """Every worker of the week, the cheapest first, then those who cannot. Who comes already is answered as if they did not.

    A worker who is kept there costs what they cost, whatever the rules say. Raises KeyError for a visit that is not of this week.
    """
    week = Week(problem, weights)
    visit, routes = week.visit_numbers[visit_id], week.routes(plan.comes)
    answers = [_answer(week, worker, visit, route) for worker, route in enumerate(routes)]
    return tuple(sorted(answers, key=lambda answer: (answer.reason != "", answer.total, answer.worker)))


def answers_of(
    problem: WeekProblem,
    comes: Mapping[str, frozenset[str]],
    workers: Collection[str],
    visits: Collection[str],
    weights: WeekWeights = USUAL_WEIGHTS,
) -> Mapping[str, tuple[WorkerAnswer, ...]]:
    """The same by visit, of these workers alone: only their own visits decide it. Raises KeyError as above."""
    week = Week(problem, weights)
    routes, numbers = week.routes(comes), [week.worker_numbers[worker] for worker in sorted(workers)]
    return {visit: tuple(_answer(week, worker, week.visit_numbers[visit], routes[worker]) for worker in numbers) for visit in visits}


def swaps_for(
    problem: WeekProblem, plan: WeekPlan, visit_id: str, worker_id: str, weights: WeekWeights = USUAL_WEIGHTS
) -> tuple[SwapAnswer, ...]:
    """Every visit of another worker that this one could take for giving away this visit, both keeping all rules; the cheapest first.

    Empty where the worker does not come to the visit, or is kept there. Raises KeyError for a visit or worker that is not of this week.
    """
    week = Week(problem, weights)
    visit, me, routes = week.visit_numbers[visit_id], week.worker_numbers[worker_id], week.routes(plan.comes)
    if visit not in routes[me] or worker_id in week.visits[visit].kept:
        return ()
    mine, found = _without(routes[me], visit), []
    before_me = worker_points(week, me, routes[me])
    for other, route in enumerate(routes):
        if other == me or visit in route or week.workers[other].cannot.get(visit_id):
            continue
        before = worker_points(week, other, route)
        for theirs in route:
            rest = _without(route, theirs)
            if not _may_swap(week, (me, mine, theirs), (other, rest, visit)):
                continue
            after_me, after = _with(week, me, mine, theirs), _with(week, other, rest, visit)
            points = {part: after_me[part] - before_me[part] + after[part] - before[part] for part in before}
            found.append(SwapAnswer(week.workers[other].id, week.visits[theirs].id, points))
    return tuple(sorted(found, key=lambda swap: (swap.total, swap.worker, swap.visit)))


def _may_swap(week: Week, one: tuple[int, Sequence[int], int], other: tuple[int, Sequence[int], int]) -> bool:
    """Each is a worker, their other visits, and the visit that they would take."""
    given = week.visits[one[2]]
    if week.workers[other[0]].id in given.kept or one[2] in one[1]:
        return False
    return not any(reason_against(week, worker, visit, rest)[0] for worker, rest, visit in (one, other))


def _answer(week: Week, worker: int, visit: int, route: Sequence[int]) -> WorkerAnswer:
    me, others = week.workers[worker], _without(route, visit)
    if me.id not in week.visits[visit].kept:
        reason, against = reason_against(week, worker, visit, others)
        if reason:
            return WorkerAnswer(me.id, reason, against="" if against is None else week.visits[against].id)
    before, after = worker_points(week, worker, others), _with(week, worker, others, visit)
    return WorkerAnswer(me.id, points={part: after[part] - before[part] for part in before})


def _without(route: Sequence[int], visit: int) -> list[int]:
    return [other for other in route if other != visit]


def _with(week: Week, worker: int, others: Sequence[int], visit: int) -> dict[str, int]:
    return worker_points(week, worker, sorted([*others, visit]))
