"""The holder accepts: from now on they may act for the person, within the scopes."""

from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.identity.commands.caller_session import require_caller_session
from services.identity.commands.relationship_effects import require, start
from services.identity.domain.relationship import accept


async def accept_relationship(work: UnitOfWork, relationship: UUID, *, zone: ZoneInfo) -> None:
    """Raises NotFound RELATIONSHIP_UNKNOWN; NotAllowed NOT_YOURS; AlreadyExists RELATIONSHIP_IN_FORCE; FailedPrecondition
    RELATIONSHIP_ENDED, RELATIONSHIP_OVER, PERSON_MERGED, HOLDER_LEFT.
    """
    person = await hats.require_person(work)
    await require_caller_session(work)
    known = await require(work, relationship)
    await start(work, accept(known, person, work.now, work.now.astimezone(zone).date()), zone)
