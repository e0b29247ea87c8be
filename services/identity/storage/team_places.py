"""Who is in whose team now: a projection of matching's events; and when somebody left, which outlives it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from libs.access.access_tables import team_place
from libs.database.engine import UnitOfWork
from services.identity.storage import person_merges, persons
from services.identity.storage.tables import team_leaving

_INSERT = insert(team_place)
_ADD = _INSERT.on_conflict_do_update(index_elements=["team", "member"], set_={name: _INSERT.excluded[name] for name in ("person", "owner")})
_REMOVE = (
    delete(team_place)
    .where(team_place.c.team == bindparam("of"), or_(team_place.c.member == bindparam("who"), team_place.c.person == bindparam("who")))
    .returning(team_place.c.member)
)
_INSERT_LEAVING = insert(team_leaving)
_LEFT = _INSERT_LEAVING.on_conflict_do_update(
    index_elements=["team", "member"], set_={"left_at": func.greatest(team_leaving.c.left_at, _INSERT_LEAVING.excluded.left_at)}
)
_HAS_LEFT_SINCE = select(1).where(
    team_leaving.c.team == bindparam("of"), team_leaving.c.member == bindparam("who"), team_leaving.c.left_at >= bindparam("at")
)
_MOVE = tuple(
    update(team_place).where(column == bindparam("other")).values({column.name: bindparam("kept")})
    for column in (team_place.c.person, team_place.c.owner)
)
_OWNS = select(1).where(team_place.c.owner == bindparam("of")).limit(1)


async def has_team(work: UnitOfWork, owner: UUID) -> bool:
    """Whether anybody is in a team of this entry's own."""
    return (await work.connection.execute(_OWNS, {"of": owner})).first() is not None


async def join(work: UnitOfWork, team: UUID, owner: UUID, member: UUID, at: datetime) -> None:
    """They are in the team, unless it is known that they left it at that time or later, or that one of them is erased."""
    # Locked, in one order, so that a merge or an erasure of either is seen here, or sees the row.
    if not all([await persons.lock(work, each) for each in sorted({owner, member})]):
        return
    if (await work.connection.execute(_HAS_LEFT_SINCE, {"of": team, "who": member, "at": at})).first() is not None:
        return
    in_use = {each: await person_merges.merged_into(work, each) or each for each in (owner, member)}
    await work.connection.execute(_ADD, {"team": team, "member": member, "person": in_use[member], "owner": in_use[owner]})


async def leave(work: UnitOfWork, team: UUID, member: UUID, at: datetime) -> None:
    """Matching names the entry in use, which may have joined as another that was merged into it."""
    entries = {member, *(await work.connection.execute(_REMOVE, {"of": team, "who": member})).scalars()}
    await work.connection.execute(_LEFT, [{"team": team, "member": entry, "left_at": at} for entry in sorted(entries)])


async def move(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """What one entry was in teams, and whose teams were its own, is the kept entry's."""
    for statement in _MOVE:
        await work.connection.execute(statement, {"kept": kept, "other": other})
