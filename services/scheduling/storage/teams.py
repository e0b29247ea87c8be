"""Projections of matching's events: whose team it is, and who is in it. Only reactions write them."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper
from services.scheduling.storage.tables import team, team_member

_SET_TEAM = insert(team).on_conflict_do_nothing()
_INSERT_MEMBER = insert(team_member)
_SET_MEMBER = _INSERT_MEMBER.on_conflict_do_update(index_elements=["team", "person"], set_={"kind": _INSERT_MEMBER.excluded.kind})
_REMOVE = delete(team_member).where(team_member.c.team == bindparam("of"), team_member.c.person == bindparam("who"))
_BY_OWNER = select(team.c.id).where(team.c.owner == bindparam("of")).order_by(team.c.id.desc()).limit(1)
_MEMBER = select(team_member).where(team_member.c.team == bindparam("of"), team_member.c.person == bindparam("who"))


@dataclass(frozen=True)
class TeamMember:
    """Somebody in a team; `kind` is one of matching's words: worker, volunteer, family, friend, peer, professional."""

    team: UUID
    person: UUID
    kind: str


_to_member = row_mapper(TeamMember)


async def add_team(work: UnitOfWork, new_id: UUID, owner: UUID) -> None:
    await work.connection.execute(_SET_TEAM, {"id": new_id, "owner": owner})


async def set_member(work: UnitOfWork, member: TeamMember) -> None:
    await work.connection.execute(_SET_MEMBER, {"team": member.team, "person": member.person, "kind": member.kind})


async def remove_member(work: UnitOfWork, of: UUID, who: UUID) -> None:
    await work.connection.execute(_REMOVE, {"of": of, "who": who})


async def find_by_owner(work: UnitOfWork, owner: UUID) -> UUID | None:
    """The id of their team."""
    return (await work.connection.execute(_BY_OWNER, {"of": owner})).scalar()


async def find_member(work: UnitOfWork, of: UUID, who: UUID) -> TeamMember | None:
    row = (await work.connection.execute(_MEMBER, {"of": of, "who": who})).first()
    return _to_member(row) if row else None
