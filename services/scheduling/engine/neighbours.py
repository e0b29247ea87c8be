"""Which services may stand beside which: the moves of the search try these."""

from services.scheduling.engine.problem import Problem

NEAREST = 12


def neighbours(problem: Problem) -> list[list[int]]:
    """For each service the NEAREST others that somebody could do as well, by travel plus 0.3 of the distance of their windows.

    Ten times that, so that it stays whole. A service that shares no worker with any other has none.
    """
    found = []
    for number, service in enumerate(problem.services):
        visit = problem.visits[problem.visit_of[number]]
        scored = []
        for other, candidate in enumerate(problem.services):
            beside = problem.visit_of[other]
            if beside == problem.visit_of[number] or other == problem.mate_of[number] or service.able.isdisjoint(candidate.able):
                continue
            apart = abs(problem.visits[beside].opens - visit.opens)
            scored.append((10 * problem.travel[service.place][candidate.place] + 3 * apart, other))
        found.append([other for _, other in sorted(scored)[:NEAREST]])
    return found
