"""A person ends one of their grants. From then on it lets nobody read."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition, NotFound
from services.identity.storage import access_grants, events_out


async def end_access(work: UnitOfWork, grant: UUID) -> None:
    """Raises NotAllowed PERSON_NEEDED, NotFound GRANT_UNKNOWN, FailedPrecondition ACCESS_ENDED."""
    person = await hats.require_person(work)
    if not await access_grants.end(work, person, grant):
        raise FailedPrecondition("ACCESS_ENDED") if await access_grants.exists(work, person, grant) else NotFound("GRANT_UNKNOWN")
    await events_out.access_ended(work, person, grant, "chosen")
