"""Ends relationships that nobody ends: their last day is over, the holder's membership has ended, or somebody has died."""

from datetime import date, datetime
from uuid import UUID

from kith.identity.v1.enums import EndReason
from libs.database.engine import UnitOfWork
from services.identity.commands.relationship_effects import finish
from services.identity.domain.relationship import ended
from services.identity.storage import relationships


async def end_past_relationships(work: UnitOfWork, today: date) -> int:
    """Returns how many. Their rights to act have ended by themselves, at the end of the last day."""
    past = await relationships.lock_past(work, today)
    for relationship in past:
        await finish(work, ended(relationship, EndReason.DATE, work.now))
    return len(past)


async def end_relationships_of_former_member(work: UnitOfWork, person: UUID, left_at: datetime) -> None:
    """Only those that were there by then end: when events are handled again, newer ones go on."""
    for relationship in await relationships.lock_of_former_member(work, person, left_at):
        await finish(work, ended(relationship, EndReason.HOLDER_LEFT, work.now))


async def end_relationships_of_erased(work: UnitOfWork, person: UUID) -> None:
    """In both directions."""
    for relationship in await relationships.lock_of_dead(work, person, work.now):
        await finish(work, ended(relationship, EndReason.HOLDER_LEFT, work.now))


async def end_relationships_of_dead(work: UnitOfWork, person: UUID, published_at: datetime) -> None:
    """Also those by which others acted for the person: no authority outlives whom it is for."""
    for relationship in await relationships.lock_of_dead(work, person, published_at):
        await finish(work, ended(relationship, EndReason.DEATH, work.now))
