"""What a secretary has to do about credentials: verify those that are claimed, and see which expire next. Audited for each person."""

from kith.identity.v1.enums import WatchedCredentials
from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from services.identity.storage import credentials


async def list_watched_credentials(work: UnitOfWork, watched: WatchedCredentials, page: PageRequest) -> Page[credentials.CredentialRecord]:
    """Without their texts. Raises NotAllowed HAT_NEEDED, Invalid for the page."""
    await hats.require(work, hats.SECRETARY)
    listing = credentials.list_claimed if watched is WatchedCredentials.CLAIMED else credentials.list_due
    found = await listing(work, page)
    await audit.record_read(work, "credential", "list", *sorted({record.credential.person for record in found.items}))
    return found
