"""When somebody has said that they are away, for themselves alone."""

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from services.scheduling.domain.away import Away
from services.scheduling.storage import away


async def list_away(work: UnitOfWork, page: PageRequest) -> Page[Away]:
    """What is not over. Raises NotAllowed PERSON_NEEDED."""
    return await away.list_of(work, await hats.require_person(work), page)
