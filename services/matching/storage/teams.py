"""Rows of teams, their members and hats."""

from uuid import UUID

from sqlalchemy import and_, bindparam, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from kith.matching.v1.enums import NoKind, TeamHat
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.refusals import NotFound
from services.matching.domain.team import Team, TeamMember, WornTeamHat
from services.matching.storage.tables import private_no, team, team_hat, team_member

_BY_ID = select(team).where(team.c.id == bindparam("of")).with_for_update()
_SEEN = select(team).where(team.c.id == bindparam("of"))
_BY_OWNER = select(team).where(team.c.owner == bindparam("of"))
_BY_OWNER_LOCKED = _BY_OWNER.with_for_update()
_ADD_TEAM = insert(team).on_conflict_do_nothing(index_elements=["owner"])
_IN_TEAM = select(team_member.c.team).where(team_member.c.person.in_((bindparam("one"), bindparam("other"))))
_OF_TWO = (
    select(team.c.id)
    .where(or_(team.c.owner.in_((bindparam("one"), bindparam("other"))), team.c.id.in_(_IN_TEAM)))
    .order_by(team.c.id)
    .with_for_update()
)
_SET_AGREEMENT = update(team).where(team.c.id == bindparam("of")).values(agreement=bindparam("words"), version=team.c.version + 1)
_MEMBER = select(team_member).where(team_member.c.team == bindparam("of"), team_member.c.person == bindparam("who"))
_MEMBERS = select(team_member).where(team_member.c.team == bindparam("of")).order_by(team_member.c.invited_at, team_member.c.person)
_INSERT_MEMBER = insert(team_member)
_SAVE_MEMBER = _INSERT_MEMBER.on_conflict_do_update(
    index_elements=["team", "person"], set_={name: _INSERT_MEMBER.excluded[name] for name in ("kind", "invited_at", "joined_at")}
)
_REMOVE = delete(team_member).where(team_member.c.team == bindparam("of"), team_member.c.person == bindparam("who"))
_HATS = select(team_hat).where(team_hat.c.team == bindparam("of"), team_hat.c.person.is_not(None)).order_by(team_hat.c.hat)
_HANDOVER = select(team_hat.c.handover).where(team_hat.c.team == bindparam("of"), team_hat.c.hat == bindparam("which"))
_INSERT_HAT = insert(team_hat)
_SAVE_HAT = _INSERT_HAT.on_conflict_do_update(
    index_elements=["team", "hat"],
    set_={name: _INSERT_HAT.excluded[name] for name in ("person", "accepted_at", "until_day", "handover")},
)
_FREE_HAT = (
    update(team_hat)
    .where(team_hat.c.team == bindparam("of"), team_hat.c.hat == bindparam("which"))
    .values(person=None, accepted_at=None, until_day=None, handover=bindparam("words"))
)
# Nothing comes through of somebody they have blocked; to that person it looks like an invitation that waits for an answer.
_IS_BLOCKED = (
    select(private_no.c.other)
    .where(private_no.c.chooser == team_member.c.person, private_no.c.other == team.c.owner, private_no.c.kind == NoKind.BLOCK.value)
    .exists()
)
_PLACES = (
    select(team, team_member.c.kind, team_member.c.invited_at, team_member.c.joined_at)
    .join(team_member, and_(team_member.c.team == team.c.id, team_member.c.person == bindparam("who")))
    .where(or_(team_member.c.joined_at.is_not(None), ~_IS_BLOCKED))
    .order_by(team.c.formed_at, team.c.id)
)
_MEMBERSHIPS = select(team_member).where(team_member.c.person == bindparam("who")).order_by(team_member.c.team)

_to_team, _to_member, _to_hat = row_mapper(Team), row_mapper(TeamMember), row_mapper(WornTeamHat)


async def get(work: UnitOfWork, team_id: UUID, *, lock: bool = False) -> Team:
    """For its owner, who acts for them, and those in it or invited. Raises NotFound TEAM_UNKNOWN, as for one that is not there."""
    row = (await work.connection.execute(_BY_ID if lock else _SEEN, {"of": team_id})).first()
    if row is None:
        raise NotFound("TEAM_UNKNOWN")
    return _to_team(row)


async def find_by_owner(work: UnitOfWork, owner: UUID, *, lock: bool = False) -> Team | None:
    row = (await work.connection.execute(_BY_OWNER_LOCKED if lock else _BY_OWNER, {"of": owner})).first()
    return _to_team(row) if row else None


async def lock_of_two(work: UnitOfWork, one: UUID, other: UUID) -> None:
    """Their own teams, and those that they are in: before concerns and places in them, as everybody locks them."""
    await work.connection.execute(_OF_TWO, {"one": one, "other": other})


async def get_by_owner(work: UnitOfWork, owner: UUID) -> Team:
    """Locked. Raises NotFound TEAM_UNKNOWN."""
    found = await find_by_owner(work, owner, lock=True)
    if found is None:
        raise NotFound("TEAM_UNKNOWN")
    return found


async def add(work: UnitOfWork, new: Team) -> bool:
    """False if the owner has a team already, made in the same moment."""
    return (await work.connection.execute(_ADD_TEAM, values_of(new))).rowcount > 0


async def set_agreement(work: UnitOfWork, of: UUID, words: str) -> None:
    await work.connection.execute(_SET_AGREEMENT, {"of": of, "words": words})


async def find_member(work: UnitOfWork, of: UUID, who: UUID) -> TeamMember | None:
    row = (await work.connection.execute(_MEMBER, {"of": of, "who": who})).first()
    return _to_member(row) if row else None


async def list_members(work: UnitOfWork, of: UUID) -> list[TeamMember]:
    """In the order in which they were invited."""
    return list(map(_to_member, await work.connection.execute(_MEMBERS, {"of": of})))


async def save_member(work: UnitOfWork, member: TeamMember) -> None:
    await work.connection.execute(_SAVE_MEMBER, values_of(member))


async def remove_member(work: UnitOfWork, of: UUID, who: UUID) -> None:
    await work.connection.execute(_REMOVE, {"of": of, "who": who})


async def list_places(work: UnitOfWork, who: UUID) -> list[tuple[Team, TeamMember]]:
    """The teams somebody is in or invited to, without invitations of somebody they have blocked."""
    rows = await work.connection.execute(_PLACES, {"who": who})
    return [(_to_team(row), _to_member(row, team=row.id, person=who)) for row in rows]


async def list_memberships(work: UnitOfWork, who: UUID) -> list[TeamMember]:
    """All places of somebody in teams, and all invitations. For decisions of matching itself."""
    return list(map(_to_member, await work.connection.execute(_MEMBERSHIPS, {"who": who})))


async def list_hats(work: UnitOfWork, of: UUID) -> list[WornTeamHat]:
    """Those that are offered or worn."""
    return list(map(_to_hat, await work.connection.execute(_HATS, {"of": of})))


async def find_hat(work: UnitOfWork, of: UUID, hat: TeamHat) -> WornTeamHat | None:
    return next((worn for worn in await list_hats(work, of) if worn.hat is hat), None)


async def get_handover(work: UnitOfWork, of: UUID, hat: TeamHat) -> str:
    """What the last one to wear it wrote for the next one."""
    return (await work.connection.execute(_HANDOVER, {"of": of, "which": hat.value})).scalar() or ""


async def free_hat(work: UnitOfWork, of: UUID, hat: TeamHat, handover: str) -> None:
    """Nobody wears it; its words stay."""
    await work.connection.execute(_FREE_HAT, {"of": of, "which": hat.value, "words": handover})


async def save_hat(work: UnitOfWork, worn: WornTeamHat) -> None:
    await work.connection.execute(_SAVE_HAT, values_of(worn))
