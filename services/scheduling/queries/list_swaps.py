"""Offers to swap that can still be answered, for the two workers."""

from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from services.scheduling.storage import swaps
from services.scheduling.storage.swaps import ListedSwap


async def list_swaps(work: UnitOfWork, page: PageRequest) -> Page[ListedSwap]:
    """Raises NotAllowed PERSON_NEEDED."""
    found = await swaps.list_open(work, await hats.require_person(work), page)
    await audit.record_read(work, "visit", "list", *{listed.person for listed in found.items})
    return found
