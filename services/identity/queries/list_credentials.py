"""A person's credentials: the caller's own, or anybody's for a secretary, which is audited."""

from uuid import UUID

from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from libs.sealing import PersonSealer
from services.identity.storage import credentials


async def list_credentials(
    work: UnitOfWork, person: UUID, page: PageRequest, *, sealer: PersonSealer
) -> Page[credentials.CredentialRecord]:
    """The latest first. Raises NotAllowed PERSON_NEEDED or HAT_NEEDED, Invalid for the page."""
    if await hats.require_person(work) != person:
        await hats.require(work, hats.SECRETARY)
    found = await credentials.list_of_person(work, person, page, sealer)
    await audit.record_read(work, "credential", "list", person)
    return found
