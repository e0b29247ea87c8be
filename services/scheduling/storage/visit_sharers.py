"""Whom visits serve beside the person to whom they are. Row-level security shows it to the two, and to workers of the person's team."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, exists, select
from sqlalchemy.dialects.postgresql import insert

from libs.database.all_rows import all_rows
from libs.database.columns import MOMENT, NOW, among
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from services.scheduling.domain.sharing import VisitSharer, in_both_teams
from services.scheduling.domain.visit import Visit
from services.scheduling.storage import teams, visit_places
from services.scheduling.storage.sharing_tables import visit_sharer, visits_shared_by
from services.scheduling.storage.tables import visit, visit_place, visit_record
from services.scheduling.storage.visit_places import VisitPlace, to_place

_OF = select(visit_sharer).where(among(visit_sharer.c.visit, "visits"))
_ADD = insert(visit_sharer).on_conflict_do_nothing().returning(visit_sharer.c.visit)
_DROP = delete(visit_sharer).where(visit_sharer.c.visit == bindparam("of")).returning(visit_sharer)
_HAS_BEGUN = exists().where(visit_record.c.visit == visit_sharer.c.visit)
# The visits are locked first, in the order of their ids, as everybody does who changes several.
_LOCK = (
    select(visit.c.id)
    .join(visit_sharer, visit_sharer.c.visit == visit.c.id)
    .where(visit_sharer.c.sharing == bindparam("of"), visit_sharer.c.starts > NOW)
    .order_by(visit.c.id)
    .with_for_update(of=visit)
)
_LEAVE = (
    delete(visit_sharer)
    .where(visit_sharer.c.sharing == bindparam("of"), visit_sharer.c.starts > bindparam("now", type_=MOMENT), ~_HAS_BEGUN)
    .returning(visit_sharer)
)
_TO_COME = (
    select(visit_sharer).where(visit_sharer.c.sharing == bindparam("of"), visit_sharer.c.starts > NOW).order_by(visit_sharer.c.starts)
)
# What they took as somebody who had come back is theirs, when an old leave is handled again.
_FREE = visit_places.FREE_TO_COME.where(
    visit_place.c.visit.in_(visits_shared_by(bindparam("other"))), visit_place.c.taken_at <= bindparam("at", type_=MOMENT)
)

_to_sharer = row_mapper(VisitSharer)


async def find(work: UnitOfWork, visit_id: UUID) -> VisitSharer | None:
    """As far as the caller may see it."""
    return (await list_of(work, [visit_id])).get(visit_id)


async def list_of(work: UnitOfWork, visits: Collection[UUID]) -> dict[UUID, VisitSharer]:
    """By visit, as far as the caller may see it."""
    if not visits:
        return {}
    found = map(_to_sharer, await work.connection.execute(_OF, {"visits": list(visits)}))
    return {each.visit: each for each in found}


async def find_sharers(work: UnitOfWork, visits: Collection[UUID]) -> dict[UUID, UUID]:
    """Who shares which of these visits, also where the caller may not know it: to be told, never to be shown."""
    async with all_rows(work):
        return {visit: shared.sharer for visit, shared in (await list_of(work, visits)).items()}


async def everybody_at(work: UnitOfWork, of: Visit) -> set[UUID]:
    """The person, and who shares the visit with them, as in `find_sharers`."""
    return {of.person, *(await find_sharers(work, [of.id])).values()}


async def workers_in_both(work: UnitOfWork, person: UUID, sharer: UUID) -> set[UUID]:
    """Who may come to a visit that these two share."""
    of_both = []
    for owner in (person, sharer):
        of = await teams.find_by_owner(work, owner)
        members = await teams.list_members(work, of) if of else []
        of_both.append({member.person: member.kind for member in members})
    return in_both_teams(*of_both)


async def add(work: UnitOfWork, new: VisitSharer) -> bool:
    """Whether it was added: nobody shares the visit yet."""
    return (await work.connection.execute(_ADD, values_of(new))).first() is not None


async def drop(work: UnitOfWork, visit_id: UUID) -> VisitSharer | None:
    """The visit is shared no more; with whom it was."""
    async with all_rows(work):
        row = (await work.connection.execute(_DROP, {"of": visit_id})).first()
    return _to_sharer(row) if row else None


async def leave(work: UnitOfWork, sharing: UUID) -> Sequence[VisitSharer]:
    """No visit that has not begun is shared by that agreement any more; which were."""
    async with all_rows(work):
        await work.connection.execute(_LOCK, {"of": sharing, "now": work.now})
        return [_to_sharer(row) for row in await work.connection.execute(_LEAVE, {"of": sharing, "now": work.now})]


async def list_to_come(work: UnitOfWork, sharing: UUID) -> list[VisitSharer]:
    """As far as the caller may see them, in their order."""
    return [_to_sharer(row) for row in await work.connection.execute(_TO_COME, {"of": sharing, "now": work.now})]


async def free_of_worker(work: UnitOfWork, sharer: UUID, worker: UUID, at: datetime) -> list[VisitPlace]:
    """Somebody left the team of who shares visits: what they had taken of these, and that had not started, is open again."""
    rows = await work.connection.execute(_FREE, {"by": worker, "at": at, "other": sharer})
    return sorted(map(to_place, rows), key=lambda place: (place.starts, place.visit))
