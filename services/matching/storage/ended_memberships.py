"""Whose membership is over and who is still in a team, invited to one, in an introduction, a pair of peers or an ask, or beside two."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select

from libs.database.engine import UnitOfWork
from services.matching.storage.ask_tables import co_op_ask, received_ask_reply
from services.matching.storage.tables import concern, current_member, introduction, peer_pair, team_member

_TAKES_PART = or_(
    select(team_member.c.team).where(team_member.c.person == current_member.c.person).exists(),
    select(introduction.c.id)
    .where(
        introduction.c.until.is_not(None),
        or_(introduction.c.person == current_member.c.person, introduction.c.worker == current_member.c.person),
    )
    .exists(),
    select(concern.c.id).where(concern.c.facilitator == current_member.c.person).exists(),
    select(peer_pair.c.id).where(or_(peer_pair.c.first == current_member.c.person, peer_pair.c.second == current_member.c.person)).exists(),
    select(co_op_ask.c.id).where(co_op_ask.c.person == current_member.c.person, co_op_ask.c.ended_at.is_(None)).exists(),
    select(received_ask_reply.c.id).where(received_ask_reply.c.worker == current_member.c.person).exists(),
)
_DUE = (
    select(current_member.c.person)
    .where(current_member.c.until <= bindparam("now"), _TAKES_PART)
    .order_by(current_member.c.until, current_member.c.person)
    .limit(200)
    .with_for_update()
)
_NEXT_END = select(func.min(current_member.c.until)).where(_TAKES_PART)


async def list_due(work: UnitOfWork) -> list[UUID]:
    """At most 200, those first whose membership ended first; locked."""
    return list((await work.connection.execute(_DUE, {"now": work.now})).scalars())


async def next_end(work: UnitOfWork) -> datetime | None:
    """When the next membership is over of somebody who takes part."""
    at: datetime | None = (await work.connection.execute(_NEXT_END)).scalar()
    return at
