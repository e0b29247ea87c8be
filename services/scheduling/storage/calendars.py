"""Calendars by their keys. Row-level security shows a calendar to its person alone; who has its key reads it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from kith.scheduling.v1.enums import VisitState
from libs.database.all_rows import all_rows
from libs.database.columns import MOMENT
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.database.shared_tables import outbox_state
from services.scheduling.domain.calendar_window import AHEAD, BACK, NEWER, CalendarVisit
from services.scheduling.storage.sharing_tables import visits_shared_by
from services.scheduling.storage.tables import calendar, visit, visit_place
from services.scheduling.storage.visits import TAKES_PLACE


@dataclass(frozen=True)
class Calendar:
    """A person's calendar; `key` is the secret in its address."""

    person: UUID
    key: str
    opened_at: datetime


_INSERT = insert(calendar)
_SAVE = _INSERT.on_conflict_do_update(index_elements=["person"], set_={name: _INSERT.excluded[name] for name in ("key", "opened_at")})
_DELETE = delete(calendar).where(calendar.c.person == bindparam("of"))
_OF = select(calendar).where(calendar.c.person == bindparam("of"))
_BY_KEY = select(calendar.c.person).where(calendar.c.key == bindparam("with_key"))
_CANCELLED = VisitState.CANCELLED.value
_to_calendar = row_mapper(Calendar)


# Versions that phones have seen may be lost with the epoch before (RFC 5545, section 3.8.7.4: SEQUENCE only rises).
_VERSION = (visit.c.version + select((outbox_state.c.epoch - 1) * NEWER).scalar_subquery()).label("version")
_VISITS = select(visit.c.id, visit.c.starts, visit.c.ends, _VERSION, (visit.c.state == _CANCELLED).label("cancelled")).where(
    visit.c.starts >= bindparam("begin", type_=MOMENT), visit.c.starts < bindparam("end", type_=MOMENT)
)
# What was never agreed was in no calendar; what was, is there as cancelled.
_SHARED = visit.c.id.in_(visits_shared_by(bindparam("of")))
_TO_THEM = _VISITS.where(
    or_(visit.c.person == bindparam("of"), _SHARED), visit.c.state.in_((*TAKES_PLACE, _CANCELLED)), visit.c.agreed_by.is_not(None)
)
_BY_THEM = (
    _VISITS.join(visit_place, visit_place.c.visit == visit.c.id)
    .where(visit_place.c.worker == bindparam("of"), visit_place.c.coming | (visit.c.state == _CANCELLED))
    # The place has the times of its visit, and an index by worker and time.
    .where(visit_place.c.starts >= bindparam("begin", type_=MOMENT), visit_place.c.starts < bindparam("end", type_=MOMENT))
)
_to_visit = row_mapper(CalendarVisit)


async def save(work: UnitOfWork, opened: Calendar) -> None:
    """In place of the one before."""
    await work.connection.execute(_SAVE, values_of(opened))


async def delete_of(work: UnitOfWork, person: UUID) -> None:
    await work.connection.execute(_DELETE, {"of": person})


async def find_of(work: UnitOfWork, person: UUID) -> Calendar | None:
    row = (await work.connection.execute(_OF, {"of": person})).first()
    return _to_calendar(row) if row else None


async def find_person(work: UnitOfWork, key: str) -> UUID | None:
    """Whose it is. The caller is nobody's person, and the key is the right to ask."""
    async with all_rows(work):
        return (await work.connection.execute(_BY_KEY, {"with_key": key})).scalar_one_or_none()


async def list_visits(work: UnitOfWork, person: UUID) -> list[CalendarVisit]:
    """Those to them and those they go to, of the days that a calendar holds."""
    values = {"of": person, "begin": work.now - BACK, "end": work.now + AHEAD}
    rows = [row for statement in (_TO_THEM, _BY_THEM) for row in await work.connection.execute(statement, values)]
    return list(map(_to_visit, rows))
