"""Agreements to share visits, and the noes to them. Row-level security shows an agreement to its two people, a no to who said it."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import Date, bindparam, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from kith.scheduling.v1.enums import SharingState
from libs.database.all_rows import all_rows
from libs.database.columns import among
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from services.scheduling.domain.sharing import Sharing
from services.scheduling.storage.sharing_tables import neighbour_pair, sharing, sharing_no
from services.scheduling.storage.tables import team, team_member

OPEN = (SharingState.PROPOSED.value, SharingState.AGREED.value)
"""Agreed, or waits for a yes."""
_BY_ID = select(sharing).where(sharing.c.id == bindparam("of"))
_LOCKED = _BY_ID.with_for_update()
_REFUSED_BY = select(sharing_no.c.sharing).where(sharing_no.c.person == bindparam("of"))
_OF = (
    select(sharing)
    .where(or_(sharing.c.person == bindparam("of"), sharing.c.sharer == bindparam("of")))
    .where(sharing.c.state.in_(OPEN), or_(sharing.c.last_day.is_(None), sharing.c.last_day >= bindparam("today", type_=Date)))
    .where(sharing.c.id.not_in(_REFUSED_BY))
    .order_by(sharing.c.id.desc())
)
# A yes or an end that somebody gives meanwhile is waited for: then its new state is read.
_OF_SERIES = select(sharing).where(sharing.c.series == bindparam("of")).order_by(sharing.c.id).with_for_update(read=True)
# Those that wait too: a yes that somebody gives meanwhile is waited for.
_LOCK_OF_VISIT = (
    select(sharing.c.id).where(sharing.c.visit == bindparam("of"), sharing.c.state.in_(OPEN)).order_by(sharing.c.id).with_for_update()
)
_AGREED_OF_SERIES = (
    select(sharing)
    .where(sharing.c.series == bindparam("of"), sharing.c.state == SharingState.AGREED.value)
    .where(or_(sharing.c.last_day.is_(None), sharing.c.last_day >= bindparam("from_day", type_=Date)))
    .order_by(sharing.c.id)
    .with_for_update()
)
_SAME = (
    select(sharing)
    .where(sharing.c.person == bindparam("person"), sharing.c.state.in_(OPEN))
    .where(or_(sharing.c.visit == bindparam("visit"), sharing.c.series == bindparam("series")))
)
_LOCK_OPEN = (
    select(sharing)
    .where(or_(sharing.c.person == bindparam("of"), sharing.c.sharer == bindparam("of")), sharing.c.state.in_(OPEN))
    .where(or_(sharing.c.last_day.is_(None), sharing.c.last_day >= bindparam("today", type_=Date)))
    .order_by(sharing.c.id)
    .with_for_update()
)
_LOCK_ALL_OF = (
    select(sharing.c.id)
    .where(or_(among(sharing.c.person, "people"), among(sharing.c.sharer, "people")))
    .order_by(sharing.c.id)
    .with_for_update()
)
_SAVE = update(sharing).where(sharing.c.id == bindparam("saved"))
_SAY_NO = insert(sharing_no).on_conflict_do_nothing()
_TAKE_NO_BACK = delete(sharing_no).where(sharing_no.c.sharing == bindparam("of"))
_PAIR = insert(neighbour_pair).on_conflict_do_nothing()
_UNPAIR = delete(neighbour_pair).where(neighbour_pair.c.id == bindparam("of"))
_IS_PAIR = select(neighbour_pair.c.id).where(
    neighbour_pair.c.one.in_([bindparam("a"), bindparam("b")]), neighbour_pair.c.other.in_([bindparam("a"), bindparam("b")])
)
_IN_TEAM = (
    select(team_member.c.team)
    .join(team, team.c.main == team_member.c.team)
    .where(
        or_(
            (team.c.owner == bindparam("a")) & (team_member.c.person == bindparam("b")),
            (team.c.owner == bindparam("b")) & (team_member.c.person == bindparam("a")),
        )
    )
    .limit(1)
)

_to_sharing = row_mapper(Sharing)


async def get(work: UnitOfWork, sharing_id: UUID, *, lock: bool = False) -> Sharing:
    """Raises NotFound SHARING_UNKNOWN, also for one that the caller may not see."""
    row = (await work.connection.execute(_LOCKED if lock else _BY_ID, {"of": sharing_id})).first()
    if row is None:
        raise NotFound("SHARING_UNKNOWN")
    return _to_sharing(row)


async def add(work: UnitOfWork, new: Sharing) -> None:
    await work.connection.execute(insert(sharing), values_of(new))


async def save(work: UnitOfWork, changed: Sharing) -> None:
    await work.connection.execute(_SAVE.values(values_of(changed, "id")), {"saved": changed.id})


async def list_of(work: UnitOfWork, person: UUID, today: date) -> list[Sharing]:
    """What somebody shares, and what waits for a yes, the latest first; nothing to which they said no."""
    return [_to_sharing(row) for row in await work.connection.execute(_OF, {"of": person, "today": today})]


async def lock_of_series(work: UnitOfWork, series: UUID) -> list[Sharing]:
    """All that were ever proposed about it; they do not change until the end of the transaction."""
    return [_to_sharing(row) for row in await work.connection.execute(_OF_SERIES, {"of": series})]


async def lock_agreed_of_series(work: UnitOfWork, series: UUID, from_day: date) -> list[Sharing]:
    """Those that go on until that day or longer."""
    rows = await work.connection.execute(_AGREED_OF_SERIES, {"of": series, "from_day": from_day})
    return [_to_sharing(row) for row in rows]


async def lock_of_visit(work: UnitOfWork, visit: UUID) -> None:
    """What is proposed or agreed about this one visit; before the visit itself is locked."""
    async with all_rows(work):
        await work.connection.execute(_LOCK_OF_VISIT, {"of": visit})


async def lock_open(work: UnitOfWork, person: UUID, today: date) -> list[Sharing]:
    """All that they share today or later, and what waits for a yes, in the order of the ids."""
    return [_to_sharing(row) for row in await work.connection.execute(_LOCK_OPEN, {"of": person, "today": today})]


async def lock_all_of(work: UnitOfWork, people: Collection[UUID]) -> None:
    """All that any of them agreed, proposed or was asked."""
    await work.connection.execute(_LOCK_ALL_OF, {"people": list(people)})


async def list_same(work: UnitOfWork, person: UUID, visit: UUID | None, series: UUID | None) -> list[Sharing]:
    """What is proposed or agreed about the same visit or series of the person, as far as the caller may see it."""
    return [_to_sharing(row) for row in await work.connection.execute(_SAME, {"person": person, "visit": visit, "series": series})]


async def say_no(work: UnitOfWork, sharing_id: UUID, person: UUID) -> None:
    await work.connection.execute(_SAY_NO, {"sharing": sharing_id, "person": person, "said_at": work.now})


async def take_no_back(work: UnitOfWork, sharing_id: UUID) -> None:
    """Who said no says yes after all."""
    await work.connection.execute(_TAKE_NO_BACK, {"of": sharing_id})


async def add_pair(work: UnitOfWork, pair: UUID, one: UUID, other: UUID) -> None:
    await work.connection.execute(_PAIR, {"id": pair, "one": one, "other": other})


async def remove_pair(work: UnitOfWork, pair: UUID) -> None:
    await work.connection.execute(_UNPAIR, {"of": pair})


async def know_each_other(work: UnitOfWork, a: UUID, b: UUID) -> bool:
    """Whether they are neighbours of one another, or one is in the other's team: both know of that already."""
    values = {"a": a, "b": b}
    return any([(await work.connection.execute(statement, values)).first() is not None for statement in (_IS_PAIR, _IN_TEAM)])
