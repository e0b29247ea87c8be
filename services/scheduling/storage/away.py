"""When workers are away. Row-level security shows it to the worker alone."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, or_, select

from libs.database.columns import MOMENT, NOW, among
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from services.scheduling.domain.away import Away
from services.scheduling.storage.tables import away, visit_place
from services.scheduling.storage.visit_places import HAS_NOT_BEGUN

_ADD = insert(away)
_COVERING = (
    select(away.c.id)
    .where(away.c.worker == bindparam("of"), away.c.begins <= bindparam("since", type_=MOMENT))
    .order_by(away.c.begins, away.c.id)
    .limit(1)
)
_COVERING_ALL = _COVERING.where(away.c.ends.is_(None))
_COVERING_UNTIL = _COVERING.where(or_(away.c.ends.is_(None), away.c.ends >= bindparam("until", type_=MOMENT)))
_DROP = delete(away).where(away.c.id == bindparam("of"), away.c.worker == bindparam("by")).returning(away.c.begins)
_DROP_RUNNING = delete(away).where(away.c.worker == bindparam("by"), away.c.begins <= NOW, or_(away.c.ends.is_(None), away.c.ends > NOW))
_FORGET = delete(away).where(away.c.ends <= NOW)
_AWAY_THEN = select(away.c.worker).where(
    among(away.c.worker, "workers"),
    away.c.begins < bindparam("until", type_=MOMENT),
    or_(away.c.ends.is_(None), away.c.ends > bindparam("since", type_=MOMENT)),
)
_TAKEN_THEN = (
    select(visit_place.c.visit)
    .where(visit_place.c.worker == bindparam("of"), visit_place.c.coming, visit_place.c.starts > NOW)
    .where(visit_place.c.ends > bindparam("since", type_=MOMENT), HAS_NOT_BEGUN)
    .order_by(visit_place.c.starts, visit_place.c.visit)
)
_to_away = row_mapper(Away)


async def add(work: UnitOfWork, new: Away) -> None:
    await work.connection.execute(_ADD, values_of(new))


async def find_covering(work: UnitOfWork, of: Away) -> UUID | None:
    """One that they have said already, and in which all of this one lies."""
    statement = _COVERING_ALL if of.ends is None else _COVERING_UNTIL
    return (await work.connection.execute(statement, {"of": of.worker, "since": of.begins, "until": of.ends})).scalar()


async def end(work: UnitOfWork, away_id: UUID, worker: UUID) -> None:
    """Nothing stays of it; if it had begun, they are back, and nothing stays of any other that has begun.

    Raises NotFound AWAY_UNKNOWN.
    """
    ended = (await work.connection.execute(_DROP, {"of": away_id, "by": worker})).first()
    if ended is None:
        raise NotFound("AWAY_UNKNOWN")
    if ended.begins <= work.now:
        await work.connection.execute(_DROP_RUNNING, {"by": worker, "now": work.now})


async def list_of(work: UnitOfWork, worker: UUID, page: PageRequest) -> Page[Away]:
    """What is not over."""
    statement = select(away).where(away.c.worker == worker, or_(away.c.ends.is_(None), away.c.ends > work.now))
    rows = await paginate(work, statement, page, by=(away.c.begins, away.c.id), name=f"away of {worker}")
    return rows.map(_to_away)


async def list_taken_then(work: UnitOfWork, of: Away) -> list[UUID]:
    """Visits that they go to while they are away and that have not started, in their order."""
    statement = _TAKEN_THEN if of.ends is None else _TAKEN_THEN.where(visit_place.c.starts < of.ends)
    return list((await work.connection.execute(statement, {"of": of.worker, "since": of.begins, "now": work.now})).scalars())


async def who_is_away(work: UnitOfWork, workers: Collection[UUID], starts: datetime, ends: datetime) -> set[UUID]:
    """Those of them who are away at any moment from `starts` until `ends`, as far as the transaction sees."""
    rows = await work.connection.execute(_AWAY_THEN, {"workers": list(workers), "since": starts, "until": ends})
    return set(rows.scalars())


async def forget_past(work: UnitOfWork) -> int:
    """What is over. Returns how many."""
    return (await work.connection.execute(_FORGET, {"now": work.now})).rowcount
