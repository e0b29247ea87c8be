"""Rows of visits' records, and of what was said. Row-level security shows them to the person and to the worker who wrote them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import and_, bindparam, exists, func, insert, or_, select, update

from kith.scheduling.v1.enums import VisitRecordEntryKind, VisitRecordState
from libs.database.all_rows import all_rows
from libs.database.columns import MOMENT, among
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.refusals import FailedPrecondition, NotFound
from services.scheduling.domain.visit_record import RecordChange, RecordEntry, VisitRecord
from services.scheduling.storage.sharing_tables import visit_sharer, visits_shared_by
from services.scheduling.storage.tables import timed_confirmation, visit, visit_record, visit_record_entry

_BATCH = 200
_BY_ID = select(visit_record).where(visit_record.c.id == bindparam("of")).with_for_update()
_OF_VISIT = select(visit_record).where(visit_record.c.visit == bindparam("of")).order_by(visit_record.c.id)
_ENTRIES = (
    select(visit_record_entry)
    .where(among(visit_record_entry.c.record, "records"))
    .order_by(visit_record_entry.c.record, visit_record_entry.c.number)
)
_ENTRY = select(visit_record_entry).where(visit_record_entry.c.id == bindparam("of"))
_BEGUN = select(visit_record_entry.c.starts).where(
    visit_record_entry.c.record == bindparam("of"), visit_record_entry.c.kind == VisitRecordEntryKind.STARTED.value
)
_WORKERS = select(visit_record.c.worker).where(visit_record.c.visit == bindparam("of"))
_MOMENTS = select(visit_record_entry.c.starts, visit_record_entry.c.ends).where(visit_record_entry.c.record == bindparam("of"))
_ADD = insert(visit_record)
_SAVE = update(visit_record).where(visit_record.c.id == bindparam("saved"))
_SAY = insert(visit_record_entry)
_SHARED_WITHOUT_TIMER = exists().where(
    visit_sharer.c.visit == visit_record.c.visit,
    ~exists()
    .where(timed_confirmation.c.person == visit_sharer.c.sharer, timed_confirmation.c.set_by != visit_record.c.worker)
    .correlate(visit_sharer, visit_record),
)
# Also when the timer has run out: what was taken back at the moment of the writing counts as taken back.
_IS_TIMED = (
    visit_record.c.state == VisitRecordState.WRITTEN.value,
    exists().where(timed_confirmation.c.person == visit_record.c.person, timed_confirmation.c.set_by != visit_record.c.worker),
    ~_SHARED_WITHOUT_TIMER,
)
_DUE = (
    select(visit_record)
    .where(visit_record.c.timer_at <= bindparam("now", type_=MOMENT), *_IS_TIMED)
    .order_by(visit_record.c.timer_at, visit_record.c.id)
    .limit(_BATCH)
    .with_for_update(skip_locked=True)
)
_NEXT_DUE = select(func.min(visit_record.c.timer_at)).where(*_IS_TIMED)
_STOP_TIMERS = (
    update(visit_record)
    .where(
        or_(visit_record.c.person == bindparam("of"), visit_record.c.visit.in_(visits_shared_by(bindparam("of")))),
        visit_record.c.timer_at.is_not(None),
    )
    .values(timer_at=None)
)

_to_record = row_mapper(VisitRecord)
_to_entry = row_mapper(RecordEntry)


async def get(work: UnitOfWork, record: UUID) -> VisitRecord:
    """Locked. Raises NotFound RECORD_UNKNOWN, also for one that the caller may not see."""
    row = (await work.connection.execute(_BY_ID, {"of": record})).first()
    if row is None:
        raise NotFound("RECORD_UNKNOWN")
    return _to_record(row)


async def list_of_visit(work: UnitOfWork, visit: UUID) -> list[VisitRecord]:
    """As far as the caller may see them, in the order in which they were begun."""
    return list(map(_to_record, await work.connection.execute(_OF_VISIT, {"of": visit})))


async def list_entries(work: UnitOfWork, records: Sequence[UUID]) -> list[RecordEntry]:
    """In their order, record by record."""
    return list(map(_to_entry, await work.connection.execute(_ENTRIES, {"records": list(records)})))


async def find_begun(work: UnitOfWork, record: UUID) -> datetime | None:
    """When the worker said that they start."""
    return (await work.connection.execute(_BEGUN, {"of": record})).scalar()


async def get_entry(work: UnitOfWork, entry: UUID) -> RecordEntry:
    return _to_entry((await work.connection.execute(_ENTRY, {"of": entry})).one())


async def list_moments(work: UnitOfWork, record: UUID) -> list[datetime]:
    """Every start and end that was said of it."""
    rows = (await work.connection.execute(_MOMENTS, {"of": record})).all()
    return [moment for row in rows for moment in (row.starts, row.ends) if moment is not None]


async def require_not_begun(work: UnitOfWork, visit: UUID, worker: UUID | None = None) -> None:
    """Once somebody, or this worker, has said that they start, even some minutes early, the plan stays, also for those who may not see the
    record. Raises FailedPrecondition VISIT_STARTED.
    """
    async with all_rows(work):
        begun = set((await work.connection.execute(_WORKERS, {"of": visit})).scalars())
    if begun if worker is None else worker in begun:
        raise FailedPrecondition("VISIT_STARTED")


async def add(work: UnitOfWork, change: RecordChange) -> None:
    """A new record with its first entry."""
    await work.connection.execute(_ADD, values_of(change.record))
    await work.connection.execute(_SAY, values_of(change.entry))


async def save(work: UnitOfWork, change: RecordChange) -> None:
    """The entry is added; the record says how far it has come with that."""
    await work.connection.execute(_SAVE.values(values_of(change.record, "id")), {"saved": change.record.id})
    await work.connection.execute(_SAY, values_of(change.entry))


async def list_due(work: UnitOfWork) -> list[VisitRecord]:
    """Those whose timer has run out, locked."""
    return list(map(_to_record, await work.connection.execute(_DUE, {"now": work.now})))


async def next_due(work: UnitOfWork) -> datetime | None:
    due: datetime | None = (await work.connection.execute(_NEXT_DUE)).scalar()
    return due


async def list_waiting(work: UnitOfWork, side: Literal["person", "worker"], who: UUID, states: Collection[VisitRecordState]) -> list[UUID]:
    """Visits with a record of which they are this side, in one of these states; each once, in the order in which they started.

    Who shares a visit is on the person's side.
    """
    is_side = visit_record.c[side] == who
    if side == "person":
        # A no of the other one waits for them alone.
        shared = visit_record.c.visit.in_(visits_shared_by(who))
        is_side = and_(or_(is_side, shared), or_(visit_record.c.disputed_for.is_(None), visit_record.c.disputed_for == who))
    of_side = select(visit_record.c.visit).where(is_side, visit_record.c.state.in_([state.value for state in states]))
    statement = select(visit.c.id).where(visit.c.id.in_(of_side)).order_by(visit.c.starts, visit.c.id).limit(_BATCH)
    return list((await work.connection.execute(statement)).scalars())


async def stop_timers(work: UnitOfWork, person: UUID) -> None:
    await work.connection.execute(_STOP_TIMERS, {"of": person})
