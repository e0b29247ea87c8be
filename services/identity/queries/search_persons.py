"""Persons whose names match what a secretary typed. Everybody found is audited."""

from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from services.identity.domain.name_search import read_search
from services.identity.storage import persons


async def search_persons(work: UnitOfWork, typed: str, page: PageRequest) -> Page[persons.PersonName]:
    """One page, by name. Raises NotAllowed HAT_NEEDED, Invalid SEARCH_EMPTY or SEARCH_TOO_LONG."""
    await hats.require(work, hats.SECRETARY)
    found = await persons.search_by_words(work, read_search(typed), page)
    await audit.record_read(work, "person", "search", *(name.id for name in found.items))
    return found
