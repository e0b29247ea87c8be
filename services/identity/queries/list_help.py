"""Who helped the caller with the pages."""

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from services.identity.domain.session import Session
from services.identity.storage import sessions


async def list_help(work: UnitOfWork, page: PageRequest) -> Page[Session]:
    """Sessions in which somebody helped, the latest first. Raises NotAllowed PERSON_NEEDED, Invalid for the page."""
    return await sessions.list_helped(work, await hats.require_person(work), page)
