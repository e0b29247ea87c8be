"""Pending applications, oldest first. For the secretary; every applicant shown is audited."""

from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from services.membership.storage import applications


async def list_applications(work: UnitOfWork, page: PageRequest) -> Page[applications.Application]:
    """Raises NotAllowed HAT_NEEDED."""
    await hats.require(work, hats.SECRETARY)
    pending = await applications.list_pending(work, page)
    await audit.record_read(work, "application", "list", *(application.person for application in pending.items))
    return pending
