"""Which visits are late or missed: where somebody should have said that they start, and has not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from kith.scheduling.v1.enums import AlertKind, AlertState
from libs.refusals import FailedPrecondition, invalid
from libs.rulebook import WatchRules
from services.scheduling.domain.visit import Visit
from services.scheduling.domain.watch import Alert

BEFORE_THE_START = timedelta(hours=2)
"""So long before a visit starts, a worker may say that they will be late."""
LONGEST_DELAY = timedelta(hours=4)
LONGEST_VISIT = timedelta(hours=24)

Place = UUID | None
"""A worker who comes; nobody, where a visit has nobody."""


@dataclass(frozen=True)
class ExpectedVisit:
    """A visit that is watched over: who comes, who has begun a record, and the alerts that there are by worker."""

    visit: Visit
    coming: tuple[UUID, ...] = ()
    begun: frozenset[UUID] = frozenset()
    alerts: Mapping[Place, Alert] = field(default_factory=dict)

    @property
    def places(self) -> tuple[Place, ...]:
        """Those who have not begun; nobody, where nobody comes at all."""
        return tuple(worker for worker in self.coming if worker not in self.begun) if self.coming else (None,)


def late_at(visit: Visit, rules: WatchRules) -> datetime:
    return visit.starts + timedelta(minutes=rules.late_after)


def late_places(expected: ExpectedVisit, rules: WatchRules, now: datetime) -> list[Place]:
    """Of whom there is no alert yet, while the visit goes on."""
    if not late_at(expected.visit, rules) <= now < expected.visit.ends:
        return []
    return [place for place in expected.places if place not in expected.alerts]


def missed_places(expected: ExpectedVisit, now: datetime) -> list[Place]:
    """Who did not come to a visit that nobody started until its end; who said that they come later is waited for."""
    if now < expected.visit.ends or expected.begun:
        return []
    return [place for place in expected.places if _is_missed(expected.alerts.get(place), now)]


def next_look(expected: ExpectedVisit, rules: WatchRules, now: datetime) -> datetime | None:
    """When something of it may be late or missed next, after what is so now."""
    moments = [late_at(expected.visit, rules)] if set(expected.places) - set(expected.alerts) else []
    if not expected.begun:
        moments.append(expected.visit.ends)
        moments += [alert.next_at for alert in expected.alerts.values() if alert.state is AlertState.WAITING and alert.next_at]
    return min((moment for moment in moments if moment > now), default=None)


def expect_later(visit: Visit, minutes: int, now: datetime) -> datetime:
    """When a worker comes who says so now, to the minute.

    Raises Invalid ON_WAY_MINUTES or ON_WAY_BEFORE_START, FailedPrecondition ON_WAY_TOO_EARLY or VISIT_OVER.
    """
    if not timedelta(0) < timedelta(minutes=minutes) <= LONGEST_DELAY:
        raise invalid("minutes", "ON_WAY_MINUTES")
    if now < visit.starts - BEFORE_THE_START:
        raise FailedPrecondition("ON_WAY_TOO_EARLY")
    if now >= visit.ends:
        raise FailedPrecondition("VISIT_OVER")
    comes_at = (now + timedelta(minutes=minutes)).replace(second=0, microsecond=0)
    if comes_at < visit.starts:
        raise invalid("minutes", "ON_WAY_BEFORE_START")
    return comes_at


def may_say_on_way(visit: Visit, now: datetime) -> bool:
    return visit.starts - BEFORE_THE_START <= now < visit.ends


def arrival_alert(new_id: UUID, visit: Visit, worker: Place, now: datetime) -> Alert:
    """Nothing has happened to it yet."""
    return Alert(new_id, visit.id, visit.person, worker, AlertKind.ARRIVAL, AlertState.WAITING, visit.starts, visit.ends, now)


def lone_alert(new_id: UUID, visit: Visit, worker: UUID, rules: WatchRules, now: datetime) -> Alert:
    """It waits for the worker to say that they finished, until some minutes after the planned end."""
    due = max(visit.ends, now) + timedelta(minutes=rules.lone_after)
    return Alert(new_id, visit.id, visit.person, worker, AlertKind.LONE, AlertState.WAITING, visit.starts, visit.ends, now, next_at=due)


def is_alone(visit: Visit, *, said: bool, rules: WatchRules) -> bool:
    return said or (rules.lone_always and visit.workers == 1)


def _is_missed(alert: Alert | None, now: datetime) -> bool:
    if alert is None:
        return True
    waits = alert.state is AlertState.WAITING and alert.next_at is not None and alert.next_at > now
    return alert.missed_at is None and not waits
