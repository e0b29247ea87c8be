"""Closed pay periods, with what everybody may read of them."""

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from services.scheduling.domain.open_statement import PayPeriod
from services.scheduling.storage import pay_periods


async def list_periods(work: UnitOfWork, page: PageRequest) -> Page[PayPeriod]:
    """The latest first. Raises NotAllowed PERSON_NEEDED; Invalid for the page."""
    await hats.require_person(work)
    return await pay_periods.list_periods(work, page)
