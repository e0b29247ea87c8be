"""Rows of day sheets: choices, what stands on a day's sheet, and which went out. Row-level security shows somebody their own."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from libs.database.columns import among
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from services.scheduling.domain.day_sheet import SentSheet, SheetVisit
from services.scheduling.domain.visit import Visit
from services.scheduling.domain.visit_task import kinds_of
from services.scheduling.storage import visit_places, visit_sharers, visit_tasks
from services.scheduling.storage.day_sheet_tables import day_sheet, day_sheet_choice
from services.scheduling.storage.sharing_tables import visits_shared_by
from services.scheduling.storage.tables import visit, visit_place
from services.scheduling.storage.visit_tasks import TasksToDo
from services.scheduling.storage.visits import TAKES_PLACE, to_visit

_INSERT = insert(day_sheet_choice)
_SET = _INSERT.on_conflict_do_update(
    index_elements=["person"], set_={name: _INSERT.excluded[name] for name in ("wanted", "named", "set_by", "since")}
)
_FIND = select(day_sheet_choice).where(day_sheet_choice.c.person == bindparam("of"))
_WANTED = select(day_sheet_choice.c.person).where(day_sheet_choice.c.wanted).order_by(day_sheet_choice.c.person)
_NAMED = select(day_sheet_choice.c.person).where(day_sheet_choice.c.named, among(day_sheet_choice.c.person, "people"))
_ON_DAY = (visit.c.day == bindparam("day"), visit.c.state.in_(TAKES_PLACE))
_TO = select(visit).where(visit.c.person == bindparam("of"), *_ON_DAY)
_SHARED = select(visit).where(visit.c.id.in_(visits_shared_by(bindparam("of"))), *_ON_DAY)
_BY = (
    select(visit)
    .join(visit_place, visit_place.c.visit == visit.c.id)
    .where(visit_place.c.worker == bindparam("of"), visit_place.c.coming, *_ON_DAY)
)
_SENT = (
    select(day_sheet)
    .where(day_sheet.c.person == bindparam("of"), day_sheet.c.day == bindparam("day"))
    .order_by(day_sheet.c.number.desc())
    .limit(1)
)
_ADD = insert(day_sheet).on_conflict_do_nothing().returning(day_sheet.c.number)
_FORGET = delete(day_sheet).where(day_sheet.c.day < bindparam("before"))


@dataclass(frozen=True)
class DaySheetChoice:
    """What somebody chose for themselves, or who acts for them."""

    person: UUID
    wanted: bool
    named: bool
    set_by: UUID
    since: datetime


_to_choice = row_mapper(DaySheetChoice)
_to_sent = row_mapper(SentSheet)


async def find_choice(work: UnitOfWork, person: UUID) -> DaySheetChoice | None:
    row = (await work.connection.execute(_FIND, {"of": person})).first()
    return _to_choice(row) if row else None


async def set_choice(work: UnitOfWork, choice: DaySheetChoice) -> None:
    await work.connection.execute(_SET, values_of(choice))


async def list_wanted(work: UnitOfWork) -> list[UUID]:
    """Who gets a sheet."""
    return list((await work.connection.execute(_WANTED)).scalars())


async def who_may_be_named(work: UnitOfWork, people: Collection[UUID]) -> set[UUID]:
    return set((await work.connection.execute(_NAMED, {"people": list(people)})).scalars())


async def list_visits(work: UnitOfWork, person: UUID, day: date) -> Sequence[SheetVisit]:
    """What is on somebody's sheet: visits to them, those that they share and those that they go to, in the order in which they start."""
    values = {"of": person, "day": day}
    # Two statements, each of which an index answers.
    to_them = [to_visit(row) for statement in (_TO, _SHARED) for row in await work.connection.execute(statement, values)]
    by_them = list(map(to_visit, await work.connection.execute(_BY, values)))
    workers = await visit_places.list_workers_of(work, [one.id for one in to_them])
    shared = await visit_sharers.list_of(work, [one.id for one in by_them])
    # What help the other one gets is not on the sheet of who shares the visit.
    found = [await _on_sheet(work, one, workers[one.id], giving=False, with_tasks=one.person == person) for one in to_them]
    for one in by_them:
        both = (one.person, shared[one.id].sharer) if one.id in shared else (one.person,)
        found.append(await _on_sheet(work, one, both, giving=True))
    return sorted(found, key=lambda one: (one.starts, one.visit))


async def find_sent(work: UnitOfWork, person: UUID, day: date) -> SentSheet | None:
    row = (await work.connection.execute(_SENT, {"of": person, "day": day})).first()
    return _to_sent(row) if row else None


async def add_sent(work: UnitOfWork, person: UUID, day: date, sent: SentSheet) -> bool:
    """Whether it was added: nobody else sends it at the same time."""
    values = {"person": person, "day": day, "sent_at": work.now, **values_of(sent)}
    return (await work.connection.execute(_ADD, values)).first() is not None


async def forget_before(work: UnitOfWork, day: date) -> int:
    return (await work.connection.execute(_FORGET, {"before": day})).rowcount


async def move(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """Follows a merge of two entries of one person: the kept entry's choice stays, and its sheets are sent anew."""
    await work.connection.execute(update(day_sheet_choice).where(day_sheet_choice.c.set_by == other).values(set_by=kept))
    own = select(day_sheet_choice.c.person).where(day_sheet_choice.c.person == kept)
    await work.connection.execute(delete(day_sheet_choice).where(day_sheet_choice.c.person == other, own.exists()))
    await work.connection.execute(update(day_sheet_choice).where(day_sheet_choice.c.person == other).values(person=kept))
    await work.connection.execute(delete(day_sheet).where(day_sheet.c.person == other))


async def _on_sheet(work: UnitOfWork, of: Visit, others: Sequence[UUID], *, giving: bool, with_tasks: bool = True) -> SheetVisit:
    found = await visit_tasks.kinds_at(work, of) if with_tasks else TasksToDo()
    kinds = tuple(kind.value for kind in kinds_of(found.tasks))
    return SheetVisit(of.id, of.starts, of.ends, giving, tuple(others), found.list.id if found.list else None, kinds)
