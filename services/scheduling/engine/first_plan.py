"""A complete plan to begin with: visits by the moment they open, each by the workers who can be there first."""

from services.scheduling.engine.problem import NOBODY, Plan, Problem


class NoPlan(Exception):
    """Two services of one person need two workers, and only one person is able to do both."""

    def __init__(self, visit: int) -> None:
        super().__init__(f"visit {visit} cannot be done by two different workers")
        self.visit = visit


def first_plan(problem: Problem) -> Plan:
    """The second of a pair follows its first at once, so that no visit can wait for itself. Raises NoPlan."""
    leaders = [number for number, visit in enumerate(problem.visits) if not visit.is_second]
    order: list[int] = []
    for number in sorted(leaders, key=lambda number: (problem.visits[number].opens, problem.visits[number].closes, number)):
        partner = problem.visits[number].partner
        order += [number] if partner == NOBODY else [number, partner]
    workers = [NOBODY] * len(problem.services)
    place, free = [0] * problem.workers, [0] * problem.workers
    for number in order:
        visit = problem.visits[number]
        start = visit.opens
        for service in visit.services:
            able = _able(problem, number, service, workers)
            where = problem.services[service].place
            worker = min(able, key=lambda worker: (max(visit.opens, _arrival(problem, place, free, worker, where)), worker))
            workers[service] = worker
            start = max(start, _arrival(problem, place, free, worker, where))
        for service in visit.services:
            place[workers[service]] = problem.services[service].place
            free[workers[service]] = start + problem.services[service].duration
    return Plan(tuple(order), tuple(workers))


def _able(problem: Problem, visit: int, service: int, workers: list[int]) -> list[int]:
    """Who can do it and leaves somebody for the other service of this person."""
    mate = problem.mate_of[service]
    able = problem.services[service].able
    if mate != NOBODY:
        taken = workers[mate]
        others = problem.services[mate].able
        able = able - {taken} if taken != NOBODY else frozenset(worker for worker in able if others - {worker})
    if not able:
        raise NoPlan(visit)
    return sorted(able)


def _arrival(problem: Problem, place: list[int], free: list[int], worker: int, where: int) -> int:
    return free[worker] + problem.travel[place[worker]][where]
