"""Rows of covers: visits that somebody left with the team. Row-level security shows them to the person, who acts for them, and who left."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from libs.database.columns import NOW
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from services.scheduling.domain.cover import Cover, join
from services.scheduling.storage.tables import cover, cover_rule, visit
from services.scheduling.storage.visits import NEEDS_SOMEBODY

USUAL_DAYS = 28
"""While no rulebook has said otherwise."""
_RULE = select(cover_rule.c.cover_days)
_INSERT_RULE = insert(cover_rule)
_SET_RULE = _INSERT_RULE.on_conflict_do_update(index_elements=["only_one"], set_={"cover_days": _INSERT_RULE.excluded.cover_days})
_ADD = insert(cover).on_conflict_do_nothing(index_elements=["person", "worker", "left_at"])
_SETTLE = update(cover).where(cover.c.id == bindparam("saved"))
_OPEN = cover.c.settled_at.is_(None)
_BY_ID = select(cover).where(cover.c.id == bindparam("of")).with_for_update()
_OF_PERSON = select(cover).where(cover.c.person == bindparam("of"), _OPEN).order_by(cover.c.left_at.desc(), cover.c.id).limit(50)
_KEEPS_OPEN = (visit.c.id == func.any(cover.c.visits), visit.c.starts < cover.c.until, visit.c.starts > NOW, NEEDS_SOMEBODY)
_COVERED = (
    select(cover)
    .where(_OPEN, ~select(visit.c.id).where(*_KEEPS_OPEN).exists())
    .order_by(cover.c.left_at, cover.c.id)
    .limit(200)
    .with_for_update()
)
_LAST_STARTS = select(func.max(visit.c.starts)).where(*_KEEPS_OPEN).correlate(cover).scalar_subquery()
_NEXT = select(func.min(func.coalesce(_LAST_STARTS, NOW))).select_from(cover).where(_OPEN)

_to_cover = row_mapper(Cover)


async def add(work: UnitOfWork, new: Cover) -> bool:
    """False if the leave that it is about was handled before."""
    return (await work.connection.execute(_ADD, values_of(new))).rowcount > 0


async def get(work: UnitOfWork, of: UUID) -> Cover:
    """Locked. Raises NotFound COVER_UNKNOWN, also for one that the caller may not see."""
    row = (await work.connection.execute(_BY_ID, {"of": of})).first()
    if row is None:
        raise NotFound("COVER_UNKNOWN")
    return _to_cover(row)


async def save_settled(work: UnitOfWork, settled: Cover) -> None:
    await work.connection.execute(_SETTLE, {"settled_at": settled.settled_at, "how": settled.how, "saved": settled.id})


async def list_open(work: UnitOfWork, person: UUID) -> list[Cover]:
    """Those of visits to the person, the newest first, at most 50."""
    return list(map(_to_cover, await work.connection.execute(_OF_PERSON, {"of": person})))


async def list_covered(work: UnitOfWork) -> Sequence[Cover]:
    """At most 200 open ones that no visit keeps open; locked."""
    return list(map(_to_cover, await work.connection.execute(_COVERED, {"now": work.now})))


async def next_covered(work: UnitOfWork) -> datetime | None:
    """When one is covered, if nobody does anything: once the last of its visits has begun."""
    at: datetime | None = (await work.connection.execute(_NEXT, {"now": work.now})).scalar()
    return at


async def get_days(work: UnitOfWork) -> int:
    """For how many days ahead visits are looked after, by the rulebook in force."""
    days: int | None = (await work.connection.execute(_RULE)).scalar()
    return days or USUAL_DAYS


async def replace_days(work: UnitOfWork, days: int) -> None:
    await work.connection.execute(_SET_RULE, {"cover_days": days})


async def move(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """Follows a merge of two entries of one person. Two leaves that are one now are joined: what settles it is said once, for both."""
    concerned = or_(*(column.in_((kept, other)) for column in (cover.c.person, cover.c.worker)))
    of_leave: defaultdict[tuple[UUID, UUID, datetime], list[Cover]] = defaultdict(list)
    for each in map(_to_cover, await work.connection.execute(select(cover).where(concerned).order_by(cover.c.id).with_for_update())):
        person, worker = (kept if who == other else who for who in (each.person, each.worker))
        of_leave[person, worker, each.left_at].append(replace(each, person=person, worker=worker))
    for doubles in of_leave.values():
        if len(doubles) > 1:
            await work.connection.execute(delete(cover).where(cover.c.id.in_([each.id for each in doubles])))
            await work.connection.execute(_ADD, values_of(join(doubles)))
    for column in (cover.c.person, cover.c.worker):
        await work.connection.execute(update(cover).where(column == other).values({column.name: kept}))
