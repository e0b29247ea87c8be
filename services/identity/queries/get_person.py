"""One person: the caller, or anybody for a secretary, which is audited."""

from uuid import UUID

from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.identity.storage import persons


async def get_person(work: UnitOfWork, person: UUID) -> persons.PersonRecord:
    """Raises NotAllowed HAT_NEEDED, NotFound PERSON_UNKNOWN."""
    if work.caller.person != person:
        await hats.require(work, hats.SECRETARY)
    record = await persons.get_record(work, person)
    if record is None:
        raise NotFound("PERSON_UNKNOWN")
    await audit.record_read(work, "person", "get", person)
    return record
