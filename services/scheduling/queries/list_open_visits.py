"""What somebody could take: agreed visits to come in their teams that still need a worker."""

from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from services.scheduling.storage import visits
from services.scheduling.storage.visits import ListedVisit


async def list_open_visits(work: UnitOfWork, page: PageRequest) -> Page[ListedVisit]:
    """Raises NotAllowed PERSON_NEEDED."""
    found = await visits.list_open(work, await hats.require_person(work), page)
    await audit.record_read(work, "visit", "list", *{listed.visit.person for listed in found.items})
    return found
