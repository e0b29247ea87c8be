"""The compiled search behind the interface of `ReferenceSearch`: lays a problem and a plan out as the kernel's tables."""

import numpy as np

from services.scheduling.engine import kernel, kernel_tables
from services.scheduling.engine.cooling import allowances
from services.scheduling.engine.neighbours import NEAREST, neighbours
from services.scheduling.engine.problem import NOBODY, Plan, Problem
from services.scheduling.engine.timetable import Timetable, routes, timetable

_STEPS_PER_VISIT = 8
"""A move that makes the kernel compute every visit so often has no end, or is not worth it: it is refused."""


class CompiledSearch:
    """Simulated annealing from a plan that can be kept; the same plan as `ReferenceSearch` for the same seed."""

    def __init__(self, problem: Problem, plan: Plan, seed: int) -> None:
        self._problem = problem
        near = neighbours(problem)
        able = np.zeros((problem.workers, len(near)), np.bool_)
        able_list = np.zeros((len(near), problem.workers + 1), np.int64)
        nearest = np.zeros((len(near), NEAREST), np.int64)
        for service, others in enumerate(near):
            nearest[service, : len(others)] = others
            workers = sorted(problem.services[service].able)
            able[workers, service] = True
            able_list[service, : len(workers) + 1] = [len(workers), *workers]
        limit = _STEPS_PER_VISIT * len(problem.visits)
        self._state = kernel_tables.Tables(
            visits=np.zeros((len(problem.visits), kernel_tables.VISIT_COLUMNS), np.int64),
            services=_service_rows(problem, [len(others) for others in near]),
            order=np.array(plan.order, np.int64),
            travel=np.array(problem.travel, np.int64),
            near=nearest,
            able=able,
            able_list=able_list,
            numbers=np.zeros(kernel_tables.SCALARS, np.int64),
            queue=np.zeros(len(problem.visits), np.int64),
            log=np.zeros((3 * limit + len(problem.visits), 3), np.int64),
            move=np.zeros(kernel_tables.MOVE_COLUMNS, np.int64),
            random=np.array([seed & (2**64 - 1)], np.uint64),
            allowances=np.array(allowances(), np.int64),
            best_order=np.array(plan.order, np.int64),
            best_workers=np.array(plan.workers, np.int64),
        )
        self._state.numbers[kernel_tables.SERVICES] = len(near)
        self._state.numbers[kernel_tables.LIMIT] = limit
        self._begin_with(plan)

    @property
    def best_total(self) -> int:
        return int(self._state.numbers[kernel_tables.BEST])

    @property
    def best(self) -> Plan:
        return Plan(tuple(self._state.best_order.tolist()), tuple(self._state.best_workers.tolist()))

    def run(self, iterations: int, temperature: int) -> None:
        """Tries so many moves; a dearer plan is taken with the chance of Metropolis at this temperature."""
        kernel.run(self._state, iterations, temperature)

    def return_to_best(self) -> None:
        """Goes on from the best plan so far."""
        self._state.order[:] = self._state.best_order
        self._begin_with(self.best)

    def _begin_with(self, plan: Plan) -> None:
        problem, visits, services, numbers = self._problem, self._state.visits, self._state.services, self._state.numbers
        found = timetable(problem, plan.order, plan.workers)
        if found is None:
            raise ValueError("the search begins with a plan that can be kept")
        visits[:] = _visit_rows(problem, found)
        visits[self._state.order, kernel_tables.POSITION] = range(len(plan.order))
        services[: len(plan.workers), kernel_tables.WORKER] = plan.workers
        for worker, route in enumerate(routes(problem, plan.order, plan.workers)):
            ring = [len(plan.workers) + worker, *route]
            for index, service in enumerate(ring):
                services[service, kernel_tables.LAST], services[ring[index - 1], kernel_tables.NEXT] = ring[index - 1], service
        cost = found.cost
        numbers[[kernel_tables.TRAVEL, kernel_tables.LATENESS, kernel_tables.MOST_LATE]] = cost.travel, cost.lateness, cost.most_late
        numbers[kernel_tables.BEST] = cost.total


def _visit_rows(problem: Problem, found: Timetable) -> list[list[int]]:
    rows = []
    for number, visit in enumerate(problem.visits):
        row = [0] * kernel_tables.VISIT_COLUMNS
        row[kernel_tables.START], row[kernel_tables.NOT_BEFORE] = found.starts[number], found.not_before[number]
        row[kernel_tables.OPENS], row[kernel_tables.CLOSES] = visit.opens, visit.closes
        row[kernel_tables.ONE], row[kernel_tables.TWO] = visit.services[0], visit.services[1] if len(visit.services) == 2 else NOBODY
        row[kernel_tables.PARTNER], row[kernel_tables.SECOND] = visit.partner, int(visit.is_second)
        row[kernel_tables.LEAST], row[kernel_tables.MOST] = visit.least_gap, visit.most_gap
        rows.append(row)
    return rows


def _service_rows(problem: Problem, near: list[int]) -> "kernel_tables.Table":
    rows = np.zeros((len(problem.services) + problem.workers, kernel_tables.SERVICE_COLUMNS), np.int64)
    for number, service in enumerate(problem.services):
        row = rows[number]
        row[kernel_tables.VISIT], row[kernel_tables.PLACE] = problem.visit_of[number], service.place
        row[kernel_tables.DURATION] = service.duration
        row[kernel_tables.MATE], row[kernel_tables.NEAR] = problem.mate_of[number], near[number]
    return rows
