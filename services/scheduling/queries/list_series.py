"""The series of somebody and of the teams they are in: what is proposed and what goes on."""

from zoneinfo import ZoneInfo

from libs.access import acting, audit
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from services.scheduling.domain.visit import SCOPE
from services.scheduling.domain.visit_series import VisitSeries
from services.scheduling.storage import series


async def list_series(work: UnitOfWork, page: PageRequest, *, zone: ZoneInfo) -> Page[VisitSeries]:
    """Who acts for somebody sees that person's own alone. Raises NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    principal = await acting.require_principal(work, SCOPE)
    found = await series.list_seen(work, principal, work.now.astimezone(zone).date(), page)
    await audit.record_read(work, "visit", "list", *{one.person for one in found.items})
    return found
