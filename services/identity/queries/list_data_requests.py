"""The requests for data that wait for an answer, the most urgent first. For a secretary; each is audited."""

from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from services.identity.domain.data_request import DataRequest
from services.identity.storage import data_requests


async def list_data_requests(work: UnitOfWork, page: PageRequest) -> Page[DataRequest]:
    """Raises NotAllowed HAT_NEEDED."""
    await hats.require(work, hats.SECRETARY)
    found = await data_requests.list_open(work, page)
    await audit.record_read(work, "data request", "list", *(request.person for request in found.items))
    return found
