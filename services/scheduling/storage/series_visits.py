"""The visits of a series. The database lets none be made twice for one of its days, also not after it was moved or cancelled."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Date, Uuid, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from kith.scheduling.v1.enums import VisitState
from libs.database.columns import MOMENT, NOW
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from services.scheduling.domain.visit import Visit
from services.scheduling.storage.tables import visit
from services.scheduling.storage.visits import HAS_NOT_BEGUN, TAKES_PLACE, without_begun

_ADD = insert(visit).on_conflict_do_nothing(index_elements=["series", "series_day"]).returning(visit.c.id)
_IS_ON = visit.c.state.in_(TAKES_PLACE)
_TO_COME = (visit.c.series == bindparam("of", type_=Uuid), visit.c.starts > NOW, _IS_ON, HAS_NOT_BEGUN)
# Locked by their ids, always: two who change several visits of a series never wait for one another.
_LIST = select(visit).where(*_TO_COME).order_by(visit.c.starts, visit.c.id)
_LOCK = select(visit).where(*_TO_COME).order_by(visit.c.id).with_for_update()
_LOCK_FROM = select(visit).where(*_TO_COME, visit.c.day >= bindparam("day", type_=Date)).order_by(visit.c.id).with_for_update()
_OTHERS = select(visit).where(
    visit.c.person == bindparam("of", type_=Uuid),
    visit.c.starts < bindparam("end", type_=MOMENT),
    visit.c.starts > bindparam("begin", type_=MOMENT),
    visit.c.state.in_([VisitState.PROPOSED.value, VisitState.AGREED.value, VisitState.MOVING.value]),
)

_to_visit = row_mapper(Visit)


async def add_new(work: UnitOfWork, new: Visit) -> bool:
    """Whether it was added: none has been made for that day of its series."""
    return (await work.connection.execute(_ADD, values_of(new))).first() is not None


async def list_to_come(work: UnitOfWork, series_id: UUID) -> list[Visit]:
    """Those that take place and have not started, in their order."""
    return [_to_visit(row) for row in await work.connection.execute(_LIST, {"of": series_id, "now": work.now})]


async def lock_to_come(work: UnitOfWork, series_id: UUID, from_day: date | None = None) -> list[Visit]:
    """As `list_to_come`, locked; those alone that are on or after the day, wherever they were moved."""
    values = {"of": series_id, "now": work.now}
    found = await work.connection.execute(*((_LOCK_FROM, values | {"day": from_day}) if from_day else (_LOCK, values)))
    return await without_begun(work, sorted(map(_to_visit, found), key=lambda one: (one.starts, one.id)))


async def list_around(work: UnitOfWork, person: UUID, begin: object, end: object) -> Sequence[Visit]:
    """Visits to a person, planned or proposed, that start between two moments."""
    return [_to_visit(row) for row in await work.connection.execute(_OTHERS, {"of": person, "begin": begin, "end": end})]
