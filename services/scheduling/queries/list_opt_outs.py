"""Who said that the average week does not bind them, and until when: the record that regulation 4(2) of the law asks for."""

from libs.access import audit
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from services.scheduling.domain.opt_out import OptOut
from services.scheduling.storage import opt_outs
from services.scheduling.storage.money_access import require_secretary


async def list_opt_outs(work: UnitOfWork, page: PageRequest) -> Page[OptOut]:
    """The latest first day first. Raises NotAllowed HAT_NEEDED or PERSON_NEEDED."""
    await require_secretary(work)
    found = await opt_outs.list_all(work, page)
    await audit.record_read(work, "working time", "list", *{each.worker for each in found.items})
    return found
