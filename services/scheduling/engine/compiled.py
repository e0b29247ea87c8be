"""The compiled search behind the interface of `ReferenceSearch`: lays a problem and a plan out as the kernel's tables."""

import numpy as np

from services.scheduling.engine import kernel
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
        self._travel = np.array(problem.travel, np.int64)
        self._near = np.zeros((len(near), NEAREST), np.int64)
        self._able = np.zeros((problem.workers, len(near)), np.bool_)
        self._able_list = np.zeros((len(near), problem.workers + 1), np.int64)
        for service, others in enumerate(near):
            self._near[service, : len(others)] = others
            able = sorted(problem.services[service].able)
            self._able[able, service] = True
            self._able_list[service, : len(able) + 1] = [len(able), *able]
        self._random = np.array([seed & (2**64 - 1)], np.uint64)
        self._table = np.array(allowances(), np.int64)
        self._queue = np.zeros(len(problem.visits), np.int64)
        self._services = _service_rows(problem, [len(others) for others in near])
        self._visits = np.zeros((len(problem.visits), kernel.VISIT_COLUMNS), np.int64)
        self._numbers = np.zeros(kernel.SCALARS, np.int64)
        self._numbers[kernel.SERVICES] = len(near)
        self._numbers[kernel.LIMIT] = limit = _STEPS_PER_VISIT * len(problem.visits)
        self._log = np.zeros((3 * limit + len(problem.visits), 3), np.int64)
        self._order = np.array(plan.order, np.int64)
        self._best_order, self._best_workers = self._order.copy(), np.array(plan.workers, np.int64)
        self._begin_with(plan)
        self._numbers[kernel.BEST] = self._total()

    @property
    def best_total(self) -> int:
        return int(self._numbers[kernel.BEST])

    @property
    def best(self) -> Plan:
        return Plan(tuple(self._best_order.tolist()), tuple(self._best_workers.tolist()))

    def run(self, iterations: int, temperature: int) -> None:
        """Tries so many moves; a dearer plan is taken with the chance of Metropolis at this temperature."""
        kernel.run(
            self._visits,
            self._services,
            self._order,
            self._travel,
            self._near,
            self._able,
            self._able_list,
            self._numbers,
            self._queue,
            self._log,
            self._random,
            self._table,
            self._best_order,
            self._best_workers,
            iterations,
            temperature,
        )

    def restart_from_best(self) -> None:
        """Goes back to the best plan so far."""
        self._begin_with(self.best)

    def _begin_with(self, plan: Plan) -> None:
        problem, visits, services = self._problem, self._visits, self._services
        found = timetable(problem, plan.order, plan.workers)
        if found is None:
            raise ValueError("the search begins with a plan that can be kept")
        self._order[:] = plan.order
        visits[:] = _visit_rows(problem, found)
        visits[self._order, kernel.POSITION] = range(len(plan.order))
        services[: len(plan.workers), kernel.WORKER] = plan.workers
        for worker, route in enumerate(routes(problem, plan.order, plan.workers)):
            ring = [len(plan.workers) + worker, *route]
            for index, service in enumerate(ring):
                services[service, kernel.LAST], services[ring[index - 1], kernel.NEXT] = ring[index - 1], service
        self._numbers[[kernel.TRAVEL, kernel.LATENESS, kernel.MOST_LATE]] = found.cost.travel, found.cost.lateness, found.cost.most_late

    def _total(self) -> int:
        return int(self._numbers[[kernel.TRAVEL, kernel.LATENESS, kernel.MOST_LATE]].sum())


def _visit_rows(problem: Problem, found: Timetable) -> list[list[int]]:
    rows = []
    for number, visit in enumerate(problem.visits):
        row = [0] * kernel.VISIT_COLUMNS
        row[kernel.START], row[kernel.NOT_BEFORE] = found.starts[number], found.not_before[number]
        row[kernel.OPENS], row[kernel.CLOSES] = visit.opens, visit.closes
        row[kernel.ONE], row[kernel.TWO] = visit.services[0], visit.services[1] if len(visit.services) == 2 else NOBODY
        row[kernel.PARTNER], row[kernel.SECOND] = visit.partner, int(visit.is_second)
        row[kernel.LEAST], row[kernel.MOST] = visit.least_gap, visit.most_gap
        rows.append(row)
    return rows


def _service_rows(problem: Problem, near: list[int]) -> "kernel.Table":
    rows = np.zeros((len(problem.services) + problem.workers, kernel.SERVICE_COLUMNS), np.int64)
    for number, service in enumerate(problem.services):
        row = rows[number]
        row[kernel.VISIT], row[kernel.PLACE], row[kernel.DURATION] = problem.visit_of[number], service.place, service.duration
        row[kernel.MATE], row[kernel.NEAR] = problem.mate_of[number], near[number]
    return rows
