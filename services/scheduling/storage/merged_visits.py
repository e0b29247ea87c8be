"""Follows a merge of two entries of one person through visits and the places at them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Column, and_, delete, exists, or_, update

from libs.database.engine import UnitOfWork
from services.scheduling.storage import sharings
from services.scheduling.storage.gap_tables import visit_gap
from services.scheduling.storage.tables import timed_confirmation, visit, visit_place, visit_record, visit_record_entry, visit_series
from services.scheduling.storage.visit_places import VisitPlace, to_place

_SIDES = ("person", "worker")
_OF_SERIES = (visit_series.c.person, visit_series.c.proposed_by, visit_series.c.agreed_by)
_OF_GAPS = (visit_gap.c.person, visit_gap.c.proposed_by, visit_gap.c.agreed_by)
_OF_VISITS = (visit.c.person, visit.c.proposed_by, visit.c.agreed_by, visit.c.other_proposed_by)


async def move_plans(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """To whom visits and series are, who proposed them, and who agreed. As everybody locks them: series, what is shared, visits, gaps."""
    await _rename(work, _OF_SERIES, kept, other)
    await sharings.lock_all_of(work, (kept, other))
    await _rename(work, _OF_VISITS, kept, other)
    await _rename(work, _OF_GAPS, kept, other)
    await work.connection.execute(update(visit_place).where(visit_place.c.person == other).values(person=kept))


async def free_doubles(work: UnitOfWork, kept: UUID, other: UUID) -> list[VisitPlace]:
    """The other's places at the time of one of the kept entry's, and every place at a visit to themselves; in the order of the visits."""
    own = visit_place.alias("own")
    at_that_time = exists().where(own.c.worker == kept, own.c.coming, own.c.starts < visit_place.c.ends, visit_place.c.starts < own.c.ends)
    to_themselves = and_(visit_place.c.worker.in_((kept, other)), visit_place.c.person == kept)
    freed = await work.connection.execute(
        update(visit_place)
        .where(visit_place.c.coming, or_(to_themselves, and_(visit_place.c.worker == other, at_that_time)))
        .values(coming=False, given_back_at=work.now)
        .returning(visit_place)
    )
    return sorted(map(to_place, freed), key=lambda place: (place.starts, place.visit))


async def move_places(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """Of two rows for one visit the one that comes stays, else the kept entry's."""
    same = visit_place.alias("same")
    of_other = exists().where(same.c.visit == visit_place.c.visit, same.c.worker == other, same.c.coming)
    of_kept = exists().where(same.c.visit == visit_place.c.visit, same.c.worker == kept)
    await work.connection.execute(delete(visit_place).where(visit_place.c.worker == kept, ~visit_place.c.coming, of_other))
    await work.connection.execute(delete(visit_place).where(visit_place.c.worker == other, of_kept))
    await work.connection.execute(update(visit_place).where(visit_place.c.worker == other).values(worker=kept))


async def move_records(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """Who wrote what about whom, and said what to it. No timer of the other entry's runs on: the kept entry's own choice counts."""
    stopped = update(visit_record).where(or_(visit_record.c.person == other, visit_record.c.worker == other))
    await work.connection.execute(stopped.values(timer_at=None))
    for column in (
        *(visit_record.c[name] for name in (*_SIDES, "disputed_for")),
        *(visit_record_entry.c[name] for name in (*_SIDES, "said_by", "said_for")),
    ):
        await work.connection.execute(update(column.table).where(column == other).values({column.name: kept}))
    await work.connection.execute(update(timed_confirmation).where(timed_confirmation.c.set_by == other).values(set_by=kept))
    await work.connection.execute(delete(timed_confirmation).where(timed_confirmation.c.person == other))


async def _rename(work: UnitOfWork, columns: Iterable["Column[Any]"], kept: UUID, other: UUID) -> None:
    for column in columns:
        await work.connection.execute(update(column.table).where(column == other).values({column.name: kept}))
