"""Visits as money sees them: what both sides confirmed and no closed period has, what they have not confirmed, and what is planned.

Everything here looks at rows of all people: the command or query has asked for the right, and decides what of it leaves the service.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, and_, exists, func, or_, select

from kith.scheduling.v1.enums import NotSettledReason, VisitRecordState
from libs.database.all_rows import all_rows
from libs.database.columns import NOW, among
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper
from services.scheduling.domain.due_visits import DueVisits, MoneyTerms, NotSettledVisit, due_visits
from services.scheduling.domain.pay_period import SharedWith, WorkedVisit
from services.scheduling.storage import engagements, funding, money_rules, pay_periods
from services.scheduling.storage.money_tables import settled_visit
from services.scheduling.storage.sharing_tables import visit_sharer, visits_shared_by
from services.scheduling.storage.tables import visit, visit_place, visit_record, visit_record_entry
from services.scheduling.storage.visits import TAKES_PLACE

_PLACE = and_(visit_place.c.visit == visit_record.c.visit, visit_place.c.worker == visit_record.c.worker)
_PARTS = (visit_sharer.c.sharer, visit_sharer.c.person_part, visit_sharer.c.sharer_part)
_IS_SETTLED = exists().where(settled_visit.c.entry == visit_record.c.confirmed, ~settled_visit.c.taken_back)
_CONFIRMED = (
    select(
        visit_record.c.id.label("record"),
        visit_record.c.confirmed.label("entry"),
        visit_record.c.visit,
        visit_record.c.person,
        visit_record.c.worker,
        visit_record_entry.c.starts,
        visit_record_entry.c.ends,
        visit_record_entry.c.travel,
        visit_record_entry.c.waiting,
        visit_place.c.paid,
        *_PARTS,
    )
    .join(visit_record_entry, visit_record_entry.c.id == visit_record.c.confirmed)
    .outerjoin(visit_place, _PLACE)
    .outerjoin(visit_sharer, visit_sharer.c.visit == visit_record.c.visit)
    .where(~_IS_SETTLED)
    .order_by(visit_record_entry.c.starts, visit_record.c.id)
)
_PLANNED = (
    select(visit_place, visit.c.workers, visit_record.c.state.label("said"), *_PARTS)
    .join(visit, visit.c.id == visit_place.c.visit)
    .outerjoin(visit_sharer, visit_sharer.c.visit == visit_place.c.visit)
    .outerjoin(visit_record, and_(visit_record.c.visit == visit_place.c.visit, visit_record.c.worker == visit_place.c.worker))
    .where(visit.c.state.in_(TAKES_PLACE), visit_record.c.confirmed.is_(None))
    .where(or_(visit_place.c.coming, visit_record.c.id.isnot(None)))
    .order_by(visit_place.c.starts, visit_place.c.visit, visit_place.c.worker)
)
_TAKEN = (
    select(func.count())
    .where(visit_place.c.visit == visit.c.id, or_(visit_place.c.coming, exists().where(_PLACE)))
    .correlate(visit)
    .scalar_subquery()
)
_UNTAKEN = select(visit.c.starts).where(visit.c.state.in_(TAKES_PLACE), visit.c.workers > _TAKEN)
# Paid work that somebody shares and to which not both sides have said yes: also what goes on and of which nothing was written yet. What
# waits for the sharer's own yes waits for nobody once they are erased.
_GOES_ON = and_(visit_record.c.id.is_(None), visit_place.c.coming, visit_place.c.starts <= NOW, visit_place.c.ends > NOW)
_WAITS_FOR_YES = and_(
    visit_record.c.id.is_not(None),
    visit_record.c.confirmed.is_(None),
    visit_record.c.disputed_for.is_distinct_from(visit_sharer.c.sharer),
)
_SHARED_AND_OPEN = (
    select(visit_sharer.c.visit)
    .join(visit_place, visit_place.c.visit == visit_sharer.c.visit)
    .outerjoin(visit_record, _PLACE)
    .where(among(visit_sharer.c.sharer, "people"), visit_place.c.paid, or_(_GOES_ON, _WAITS_FOR_YES))
    .limit(1)
)
_to_worked = row_mapper(WorkedVisit)
_REASONS = {
    None: NotSettledReason.NOT_WRITTEN,
    VisitRecordState.STARTED.value: NotSettledReason.NOT_WRITTEN,
    VisitRecordState.DISPUTED.value: NotSettledReason.DISPUTED,
}


async def load_terms(work: UnitOfWork, zone: ZoneInfo, workers: Collection[UUID], persons: Collection[UUID]) -> MoneyTerms:
    """Everything that was agreed by these people, and every rulebook."""
    async with all_rows(work):
        of_workers, of_persons = await engagements.list_of(work, workers), await funding.list_of(work, persons)
    return MoneyTerms(zone, await money_rules.list_rules(work), of_workers, of_persons)


async def list_due(
    work: UnitOfWork, zone: ZoneInfo, begin: datetime, end: datetime, *, person: UUID | None = None, worker: UUID | None = None
) -> DueVisits:
    """What both sides confirmed, that started from `begin` until before `end`, and that is not settled as they confirmed it. Those of a
    person are also those that they share.
    """
    chosen = _CONFIRMED.where(visit_record_entry.c.starts >= begin, visit_record_entry.c.starts < end)
    if person is not None:
        chosen = chosen.where(or_(visit_record.c.person == person, visit_sharer.c.sharer == person))
    if worker is not None:
        chosen = chosen.where(visit_record.c.worker == worker)
    return await _list_due(work, zone, chosen)


async def is_any_to_be_paid(work: UnitOfWork, zone: ZoneInfo, people: Collection[UUID]) -> bool:
    """Whether both sides confirmed a visit to or by one of them, and a pay period has still to pay or charge somebody for it; or whether a
    paid visit that one of them shares has begun and is not confirmed: without them the other one would pay all of it.
    """
    if await money_rules.list_rules(work):
        async with all_rows(work):
            if (await work.connection.execute(_SHARED_AND_OPEN, {"people": list(people), "now": work.now})).first():
                return True
    of_them = or_(visit_record.c.person.in_(people), visit_record.c.worker.in_(people), visit_sharer.c.sharer.in_(people))
    return any(each.price or each.pay for each in (await _list_due(work, zone, _CONFIRMED.where(of_them))).settled)


async def _list_due(work: UnitOfWork, zone: ZoneInfo, chosen: "Select[Any]") -> DueVisits:
    async with all_rows(work):
        confirmed = [_to_worked(row, shared=_shared_with(row)) for row in await work.connection.execute(chosen)]
    terms = await load_terms(work, zone, {each.worker for each in confirmed}, {person for each in confirmed for person in each.persons})
    before = await pay_periods.list_latest(work, {each.record for each in confirmed})
    return due_visits(terms, confirmed, before)


async def list_not_confirmed(work: UnitOfWork, begin: datetime, end: datetime) -> list[NotSettledVisit]:
    """Visits that started in this time by their plan, of each worker who came or was to come."""
    chosen = _PLANNED.where(visit_place.c.starts >= begin, visit_place.c.starts < end)
    async with all_rows(work):
        rows = await work.connection.execute(chosen)
        return [
            NotSettledVisit(row.visit, row.person, row.worker, row.starts, _REASONS.get(row.said, NotSettledReason.NOT_CONFIRMED))
            for row in rows
        ]


async def list_planned(work: UnitOfWork, person: UUID, begin: datetime, end: datetime) -> tuple[list[WorkedVisit], list[datetime]]:
    """Visits to a person, and those they share, that are not confirmed yet, as long as planned; and when those start that lack a worker."""
    async with all_rows(work):
        taken = await work.connection.execute(_of_person(_PLANNED, visit_place, person, begin, end))
        planned = [_as_planned(row) for row in taken]
        untaken = await work.connection.execute(_of_person(_UNTAKEN, visit, person, max(begin, work.now), end))
        return planned, [row.starts for row in untaken]


def _of_person(statement: "Select[Any]", table: Any, person: UUID, begin: datetime, end: datetime) -> "Select[Any]":  # visits or places
    of_visit = table.c.id if table is visit else table.c.visit
    return statement.where(
        or_(table.c.person == person, of_visit.in_(visits_shared_by(person))), table.c.starts >= begin, table.c.starts < end
    )


def _shared_with(row: "Row[Any]") -> SharedWith | None:
    return SharedWith(row.sharer, row.person_part, row.sharer_part) if row.sharer else None


def _as_planned(row: "Row[Any]") -> WorkedVisit:
    """Nothing was said of it yet: the visit itself stands for its record."""
    return WorkedVisit(row.visit, row.visit, row.visit, row.person, row.worker, row.starts, row.ends, 0, 0, row.paid, _shared_with(row))
