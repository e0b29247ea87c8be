"""Members whose names match what somebody typed, and who may act for them. Everybody who is signed in may see fellow members' names."""

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from services.identity.domain.name_search import read_search
from services.identity.storage import persons


async def search_members(work: UnitOfWork, typed: str, page: PageRequest) -> Page[persons.PersonName]:
    """One page, by name. Raises NotAllowed PERSON_NEEDED, Invalid SEARCH_EMPTY or SEARCH_TOO_LONG."""
    person = await hats.require_person(work)
    return await persons.search_by_words(work, read_search(typed), page, near=person)
