"""Records opened in an emergency: one person's, for themselves, or all, for the secretary who reviews them."""

from uuid import UUID

from libs.access import acting, audit, hats
from libs.access.reads import SCOPE
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from libs.refusals import NotAllowed
from libs.sealing import PersonSealer
from services.identity.storage import emergency_accesses
from services.identity.storage.emergency_accesses import ExplainedAccess


async def list_emergency_access(work: UnitOfWork, person: UUID | None, page: PageRequest, sealer: PersonSealer) -> Page[ExplainedAccess]:
    """Raises NotAllowed HAT_NEEDED, NOT_WHILE_ACTING, or as `require_self_or_acting`."""
    if person is not None:
        await acting.require_self_or_acting(work, person, SCOPE)
    elif work.caller.acting_for is not None:
        raise NotAllowed("NOT_WHILE_ACTING")
    else:
        await hats.require_person(work, hats.SECRETARY)
    found = await emergency_accesses.list_page(work, person, page, sealer)
    if person is None:
        await audit.record_read(work, "emergency access", "list", *(explained.access.subject for explained in found.items))
    return found
