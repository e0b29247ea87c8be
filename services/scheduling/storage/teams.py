"""Projections of matching's events: whose team it is, and who is in it. Only reactions write them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from libs.access import merged_persons
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper
from libs.refusals import NotFound
from services.scheduling.storage.gap_tables import visit_gap
from services.scheduling.storage.sharing_tables import visit_sharer
from services.scheduling.storage.tables import team, team_member, visit, visit_place, visit_series
from services.scheduling.storage.task_tables import task_grant

_SET_TEAM = insert(team).on_conflict_do_nothing()
_INSERT_MEMBER = insert(team_member)
_SET_MEMBER = _INSERT_MEMBER.on_conflict_do_update(
    index_elements=["team", "entry"], set_={name: _INSERT_MEMBER.excluded[name] for name in ("person", "kind", "joined_at")}
)
# Matching names the entry in use, which may have joined as another that was merged into it since.
_REMOVE = delete(team_member).where(
    team_member.c.team == bindparam("of"), or_(team_member.c.entry == bindparam("who"), team_member.c.person == bindparam("who"))
)
_MAIN = select(team.c.main).where(team.c.id == bindparam("of"))
_OLDEST = select(team.c.id).where(team.c.owner == bindparam("of")).order_by(team.c.id).limit(1)
_BY_OWNER = select(team.c.main).where(team.c.owner == bindparam("of")).limit(1)
_COLUMNS = (team_member.c.team, team_member.c.person, team_member.c.kind, team_member.c.joined_at)
_MEMBER = (
    select(*_COLUMNS)
    .where(team_member.c.team == bindparam("of"), team_member.c.person == bindparam("who"))
    # Who joined as two entries may be two things: a worker before a volunteer.
    .order_by(team_member.c.kind.desc())
    .limit(1)
)
_MEMBERS = select(*_COLUMNS).where(team_member.c.team == bindparam("of")).order_by(team_member.c.joined_at, team_member.c.entry)


@dataclass(frozen=True)
class TeamMember:
    """Somebody in a team since `joined_at`; `kind` is one of matching's words: worker, volunteer, family, friend, peer, professional."""

    team: UUID
    person: UUID
    kind: str
    joined_at: datetime


_to_member = row_mapper(TeamMember)


async def add_team(work: UnitOfWork, new_id: UUID, owner: UUID) -> None:
    await merged_persons.lock(work, owner)
    in_use = await merged_persons.find_kept(work, owner) or owner
    await work.connection.execute(_SET_TEAM, {"id": new_id, "owner": in_use, "main": new_id})
    await _unite(work, in_use)


async def set_member(work: UnitOfWork, member: TeamMember) -> None:
    """`member.person` is the entry that the event names."""
    await merged_persons.lock(work, member.person)
    in_use = await merged_persons.find_kept(work, member.person) or member.person
    of = await main_of(work, member.team)
    if await find_by_owner(work, in_use) != of:
        row = {"team": of, "entry": member.person, "person": in_use, "kind": member.kind, "joined_at": member.joined_at}
        await work.connection.execute(_SET_MEMBER, row)


async def remove_member(work: UnitOfWork, of: UUID, who: UUID) -> None:
    """`of` is the main one."""
    await work.connection.execute(_REMOVE, {"of": of, "who": who})


async def move(work: UnitOfWork, kept: UUID, other: UUID) -> None:
    """What one entry was in teams, and whose teams were its own, is the kept entry's."""
    for column in (team_member.c.person, team.c.owner):
        await work.connection.execute(update(column.table).where(column == other).values({column.name: kept}))
    await _unite(work, kept)


async def main_of(work: UnitOfWork, of: UUID) -> UUID:
    """The team that stands for this one in every other table: itself, but for one of several of the same person."""
    main: UUID | None = (await work.connection.execute(_MAIN, {"of": of})).scalar()
    return main or of


async def find_by_owner(work: UnitOfWork, owner: UUID) -> UUID | None:
    """The id of their team."""
    return (await work.connection.execute(_BY_OWNER, {"of": owner})).scalar()


async def find_member(work: UnitOfWork, of: UUID, who: UUID) -> TeamMember | None:
    row = (await work.connection.execute(_MEMBER, {"of": of, "who": who})).first()
    return _to_member(row) if row else None


async def list_members(work: UnitOfWork, of: UUID) -> list[TeamMember]:
    """In the order in which they joined. Who joined as two entries is there once: as a worker before a volunteer."""
    members: dict[UUID, TeamMember] = {}
    for member in map(_to_member, await work.connection.execute(_MEMBERS, {"of": of})):
        first = members.setdefault(member.person, member)
        if member.kind > first.kind:
            members[member.person] = member
    return list(members.values())


async def require_place(work: UnitOfWork, owner: UUID, who: UUID) -> UUID:
    """The id of the owner's team, for those who are in it and for the owner. Raises NotFound TEAM_UNKNOWN, as for one that is not there."""
    of = await find_by_owner(work, owner)
    if of is None or (who != owner and await find_member(work, of, who) is None):
        raise NotFound("TEAM_UNKNOWN")
    return of


async def _unite(work: UnitOfWork, owner: UUID) -> None:
    """All teams of one person are one, in which they are not a member themselves."""
    main = (await work.connection.execute(_OLDEST, {"of": owner})).scalar()
    if main is None:
        return
    others = select(team.c.id).where(team.c.owner == owner, team.c.id != main)
    same = team_member.alias("same")
    has_place = exists().where(same.c.team == main, same.c.entry == team_member.c.entry)
    await work.connection.execute(delete(team_member).where(team_member.c.team.in_(others), has_place))
    given = task_grant.alias("given")
    is_given = exists().where(given.c.team == main, given.c.entry == task_grant.c.entry, given.c.kind == task_grant.c.kind)
    await work.connection.execute(delete(task_grant).where(task_grant.c.team.in_(others), is_given))
    # Series before their visits, as everybody locks them.
    for table in (team_member, task_grant, visit_series, visit, visit_gap, visit_place, visit_sharer):
        await work.connection.execute(update(table).where(table.c.team.in_(others)).values(team=main))
    await work.connection.execute(update(team).where(team.c.owner == owner).values(main=main))
    await work.connection.execute(delete(team_member).where(team_member.c.team == main, team_member.c.person == owner))
