"""Gathers what decides whether visits are late or missed (`domain/arrival.py`), of all of them at once."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, select

from kith.scheduling.v1.enums import AlertKind
from libs.database.columns import MOMENT, among
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper
from services.scheduling.domain.arrival import LONGEST_DELAY, LONGEST_VISIT, ExpectedVisit, Place
from services.scheduling.domain.visit import Visit
from services.scheduling.domain.watch import Alert
from services.scheduling.storage import visit_places, watch_alerts, watch_choices
from services.scheduling.storage.tables import visit, visit_record
from services.scheduling.storage.visits import TAKES_PLACE

_AHEAD = timedelta(hours=1)
_IS_ON = visit.c.state.in_(TAKES_PLACE)
# What had ended longer before the last look was settled then: every visit is late or missed by its end, or when a worker said they come.
_SETTLED = LONGEST_VISIT + LONGEST_DELAY
_AROUND_NOW = (
    watch_choices.watched_visits()
    .where(_IS_ON, visit.c.ends > bindparam("since", type_=MOMENT), visit.c.starts <= bindparam("until", type_=MOMENT))
    .order_by(visit.c.starts, visit.c.id)
)
_IS_WATCHED = watch_choices.watched_visits().where(visit.c.id == bindparam("of"))
_LOCKED = select(visit).where(among(visit.c.id, "visits")).order_by(visit.c.id).with_for_update()
_BEGUN = select(visit_record.c.visit, visit_record.c.worker).where(among(visit_record.c.visit, "visits"))

_to_visit = row_mapper(Visit)


async def list_around_now(work: UnitOfWork, last_look: datetime) -> list[ExpectedVisit]:
    """Visits that are watched over and may be late or missed, now or within the hour, or became so since the last look."""
    values = {"since": min(last_look, work.now) - _SETTLED, "until": work.now + _AHEAD}
    return await _gather(work, [_to_visit(row) for row in await work.connection.execute(_AROUND_NOW, values)])


async def lock(work: UnitOfWork, visits: Collection[UUID]) -> list[ExpectedVisit]:
    """All visits, then all their alerts, each by their ids, as everybody locks them. A worker who starts one now waits, or is seen here."""
    found = [_to_visit(row) for row in await work.connection.execute(_LOCKED, {"visits": list(visits)})]
    return await _gather(work, found, lock=True)


async def is_watched(work: UnitOfWork, visit_id: UUID) -> bool:
    return (await work.connection.execute(_IS_WATCHED, {"of": visit_id})).first() is not None


async def _gather(work: UnitOfWork, found: Collection[Visit], *, lock: bool = False) -> list[ExpectedVisit]:
    ids = [each.id for each in found]
    coming = await visit_places.list_workers_of(work, ids)
    begun: dict[UUID, set[UUID]] = defaultdict(set)
    for row in await work.connection.execute(_BEGUN, {"visits": ids}):
        begun[row.visit].add(row.worker)
    # What somebody said of a time at which it does not take place any more, counts no more.
    starts = {each.id: each.starts for each in found}
    alerts: dict[UUID, dict[Place, Alert]] = defaultdict(dict)
    for alert in await watch_alerts.list_of_visits(work, ids, lock=lock):
        if alert.kind is AlertKind.ARRIVAL and alert.starts == starts[alert.visit]:
            alerts[alert.visit][alert.worker] = alert
    return [ExpectedVisit(each, tuple(coming.get(each.id, ())), frozenset(begun[each.id]), alerts[each.id]) for each in found]
