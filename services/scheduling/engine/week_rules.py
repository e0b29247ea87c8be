"""What no plan of a week may do, whatever it saves: the rules that depend on the rest of the plan.

They look at two visits of one worker at a time, so that to take a visit away never breaks one: the way from each visit to each later one
must fit between them, even if the worker goes elsewhere on the way.
"""

from collections.abc import Iterable, Mapping

from services.scheduling.domain.week_problem import WeekProblem, WeekWeights
from services.scheduling.engine.week_numbers import Week

ELSEWHERE = "WORKER_ELSEWHERE"
WAY = "WAY_TOO_LONG"
REST = "REST_TOO_SHORT"
HOURS = "HOURS_FULL"


def reason_between(week: Week, worker: int, one: int, other: int) -> str:
    """Why a worker cannot come to both visits; empty if they can. A visit stands against itself: nobody comes twice."""
    earlier, later = (week.visits[visit] for visit in sorted((one, other)))
    if earlier.end > later.start:
        return ELSEWHERE
    if earlier.end + week.way(worker, earlier.place, later.place) > later.start:
        return WAY
    if week.day(one) != week.day(other) and later.start - earlier.end < week.workers[worker].daily_rest:
        return REST
    return ""


def conflicts(week: Week, worker: int, visit: int, others: Iterable[int]) -> list[int]:
    """Those of the worker's visits that stand against this one."""
    return [other for other in others if reason_between(week, worker, visit, other)]


def reason_against(week: Week, worker: int, visit: int, others: Iterable[int]) -> tuple[str, int | None]:
    """The first hard reason against one visit more beside `others`, and the visit of those that stands against it. Empty if there is none.

    What is known beforehand comes first, then the nearest of the worker's visits, then their hours.
    """
    me, others = week.workers[worker], list(others)
    if known := me.cannot.get(week.visits[visit].id):
        return known, None
    for other in sorted(others, key=lambda other: abs(other - visit)):
        if reason := reason_between(week, worker, visit, other):
            return reason, other
    if me.most_minutes is not None and week.minutes([*others, visit]) > me.most_minutes:
        return HOURS, None
    return "", None


def broken_rules(problem: WeekProblem, comes: Mapping[str, frozenset[str]]) -> list[tuple[str, str, str]]:
    """Worker, visit and reason wherever a plan breaks a rule: empty for every plan that the engine makes.

    What breaks a rule between kept visits alone is not the plan's doing.
    """
    week, broken = Week(problem, WeekWeights()), []
    for visit in problem.visits:
        here = comes.get(visit.id, frozenset())
        broken += [(worker, visit.id, "KEPT_MOVED") for worker in sorted(visit.kept - here)]
        if len(here) > max(visit.workers, len(visit.kept)):
            broken.append(("", visit.id, "TOO_MANY"))
        broken += [(worker, visit.id, "UNKNOWN_WORKER") for worker in sorted(here - visit.kept - week.worker_numbers.keys())]
    for number, route in enumerate(week.routes(comes)):
        me = week.workers[number]
        for place in route:
            if me.id not in week.visits[place].kept:
                reason, _ = reason_against(week, number, place, [other for other in route if other != place])
                broken += [(me.id, week.visits[place].id, reason)] if reason else []
    return broken
