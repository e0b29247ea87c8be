"""Ends a relationship at once: by the person who gave it, by the holder, or by a secretary with a reason."""

from uuid import UUID

from kith.identity.v1.enums import EndReason
from libs.access import hats
from libs.database.engine import UnitOfWork
from services.identity.commands.caller_session import require_caller_session
from services.identity.commands.relationship_effects import finish, require
from services.identity.domain.relationship import end


async def end_relationship(work: UnitOfWork, relationship: UUID, reason: EndReason | None) -> None:
    """Raises NotFound RELATIONSHIP_UNKNOWN, FailedPrecondition RELATIONSHIP_ENDED, NotAllowed NOT_YOURS, Invalid END_REASON_MISSING."""
    person = await hats.require_person(work)
    await require_caller_session(work)
    known = await require(work, relationship)
    await finish(work, end(known, person, reason, work.now, is_secretary=await hats.wears(work, hats.SECRETARY)))
