"""What others let the caller see now: whose field, and until when, without its text."""

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from services.identity.storage import access_grants


async def list_shared_with_me(work: UnitOfWork, page: PageRequest) -> Page[access_grants.SharedField]:
    """By person and field. Raises NotAllowed PERSON_NEEDED, Invalid for the page."""
    await hats.require_person(work)
    return await access_grants.list_shared_with_caller(work, page)
