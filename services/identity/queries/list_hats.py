"""Who wears which hat. Everybody who is signed in may see it: offices are public."""

from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from services.identity.storage import worn_hats


async def list_hats(work: UnitOfWork, page: PageRequest) -> Page[worn_hats.WornHat]:
    return await worn_hats.list_page(work, page)
