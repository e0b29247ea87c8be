"""What a week's plan costs, in named parts, computed from nothing: what every faster way must agree with.

No part depends on who else comes to a visit. So the points of a plan are sums over workers, and over places that nobody has.
"""

from collections.abc import Mapping, Sequence

from services.scheduling.domain.week_problem import WeekProblem, WeekWeights
from services.scheduling.engine.week_numbers import Week

HOUR = 60
FAIRNESS_UNIT = 10 * HOUR**2
"""A tenth of an hour squared, in minutes."""
PARTS = ("nobody", "travel", "new_face", "not_preferred", "short_of_wish", "over_wish", "fairness", "change")
"""The fields of WeekWeights, in their order."""


def plan_points(problem: WeekProblem, comes: Mapping[str, frozenset[str]], weights: WeekWeights) -> dict[str, int]:
    """The points of each of PARTS."""
    week = Week(problem, weights)
    empty = sum(max(0, visit.workers - len(comes.get(visit.id, frozenset()) | visit.kept)) for visit in problem.visits)
    of_workers = [worker_points(week, worker, route) for worker, route in enumerate(week.routes(comes))]
    return {"nobody": weights.nobody * empty, **{part: sum(points[part] for points in of_workers) for part in PARTS[1:]}}


def worker_points(week: Week, worker: int, visits: Sequence[int]) -> dict[str, int]:
    """What one worker's visits, in the order of time, cost: all parts but `nobody`."""
    me, weights = week.workers[worker], week.weights
    minutes = week.minutes(visits)
    wished = minutes if me.wished_minutes is None else me.wished_minutes
    mine = [week.visits[visit] for visit in visits]
    prefer_others = week.prefers - me.preferred
    return {
        "travel": weights.travel * _way(week, worker, visits),
        "new_face": weights.new_face * sum(not me.known.get(person) for person in {visit.person for visit in mine}),
        "not_preferred": weights.not_preferred * sum(visit.person in prefer_others for visit in mine),
        "short_of_wish": weights.short_of_wish * max(0, wished - minutes) // HOUR,
        "over_wish": weights.over_wish * max(0, minutes - wished) // HOUR,
        "fairness": weights.fairness * minutes**2 // FAIRNESS_UNIT,
        "change": weights.change * sum(bool(week.published[visit]) and me.id not in week.published[visit] for visit in visits),
    }


def _way(week: Week, worker: int, visits: Sequence[int]) -> int:
    """Every day from home and back, with the ways between. A night visit belongs to the day on which it starts."""
    home = week.workers[worker].place
    way, here, day = 0, home, None
    for visit in visits:
        place = week.visits[visit].place
        if day is not None and week.day(visit) != day:
            way += week.way(worker, here, home)
            here = home
        way += week.way(worker, here, place)
        here, day = place, week.day(visit)
    return way + week.way(worker, here, home) if visits else 0
