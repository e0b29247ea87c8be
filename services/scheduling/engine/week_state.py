"""A week's plan while it is changed, in plain Python: places are taken and given up, and all of it can be undone."""

from bisect import insort
from collections.abc import Sequence

from services.scheduling.engine.problem import NOBODY
from services.scheduling.engine.week_numbers import Week
from services.scheduling.engine.week_points import worker_points
from services.scheduling.engine.week_rules import conflicts


class WeekState:
    """Whatever changes a worker's visits computes that worker's points from nothing: slow, and hard to get wrong."""

    def __init__(self, week: Week, holders: Sequence[int]) -> None:
        self.week = week
        self.holders = [NOBODY] * len(week.places)
        self.routes = week.routes({visit.id: visit.kept for visit in week.visits})
        self.points = [self._points(worker) for worker in range(len(week.workers))]
        self.total = sum(self.points) + week.weights.nobody * len(week.places)
        self.log: list[tuple[int, int, bool]] = []
        """Place, worker, and whether it was taken, of each step since the last accepted move."""
        for place, worker in enumerate(holders):
            if worker != NOBODY:
                self._enter(place, worker)

    def moved(self) -> int:
        """How many visits somebody of the published week does not come to any more."""
        comes = self.week.comes(self.holders)
        return sum(
            not (published & self.week.worker_numbers.keys()) <= comes[visit.id]
            for visit, published in zip(self.week.visits, self.week.published, strict=True)
        )

    def conflicts(self, place: int, worker: int) -> list[int]:
        """The worker's visits that stand against this place."""
        return conflicts(self.week, worker, self.week.places[place], self.routes[worker])

    def fits(self, place: int, worker: int) -> bool:
        is_able = worker in self.week.able(self.week.places[place])
        return is_able and not self.conflicts(place, worker) and not self.hours_full(place, worker)

    def hours_full(self, place: int, worker: int) -> bool:
        most = self.week.workers[worker].most_minutes
        return most is not None and self.week.minutes([*self.routes[worker], self.week.places[place]]) > most

    def take(self, place: int, worker: int) -> bool:
        """The worker takes an empty place; False if no rule allows it."""
        if not self.fits(place, worker):
            return False
        self._enter(place, worker)
        self.log.append((place, worker, True))
        return True

    def give_up(self, place: int) -> None:
        """Nobody has the place any more."""
        if self.holders[place] != NOBODY:
            self.log.append((place, self.holders[place], False))
            self._leave(place)

    def undo(self, length: int = 0) -> None:
        """Back to where the log had this length."""
        while len(self.log) > length:
            place, worker, taken = self.log.pop()
            if taken:
                self._leave(place)
            else:
                self._enter(place, worker)

    def place_held(self, visit: int, worker: int) -> int:
        """The worker's place at a visit; NOBODY where they are kept."""
        return next((place for place in self.week.places_of[visit] if self.holders[place] == worker), NOBODY)

    def _enter(self, place: int, worker: int) -> None:
        self.holders[place] = worker
        insort(self.routes[worker], self.week.places[place])
        self._count(worker, -self.week.weights.nobody)

    def _leave(self, place: int) -> None:
        worker, self.holders[place] = self.holders[place], NOBODY
        self.routes[worker].remove(self.week.places[place])
        self._count(worker, self.week.weights.nobody)

    def _count(self, worker: int, nobody: int) -> None:
        before, self.points[worker] = self.points[worker], self._points(worker)
        self.total += self.points[worker] - before + nobody

    def _points(self, worker: int) -> int:
        return sum(worker_points(self.week, worker, self.routes[worker]).values())
