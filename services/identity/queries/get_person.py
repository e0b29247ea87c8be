"""One person: oneself, or another by a secretary, which is written down."""

from uuid import UUID

from libs.access import audit, hats
from libs.database.engine import Work
from libs.refusals import NotFound
from services.identity.storage import persons


async def get_person(work: Work, person: UUID) -> persons.Record:
    """Raises NotAllowed HAT_NEEDED, NotFound PERSON_UNKNOWN."""
    if work.caller.person != person:
        await hats.require(work, hats.SECRETARY)
    found = await persons.record(work, person)
    if found is None:
        raise NotFound("PERSON_UNKNOWN")
    await audit.note_read(work, "person", "get", person)
    return found
