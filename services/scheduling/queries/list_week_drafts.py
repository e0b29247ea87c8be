"""The caller's drafts; for a scrutineer all that were made, without who is in them."""

from libs.access import acting, hats
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from services.scheduling.domain.visit import SCOPE
from services.scheduling.domain.week_draft import WeekDraft
from services.scheduling.storage import week_drafts


async def list_week_drafts(work: UnitOfWork, page: PageRequest) -> Page[WeekDraft]:
    """The newest first. Raises NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    if await hats.wears(work, hats.SCRUTINEER):
        async with all_rows(work):
            return await week_drafts.list_recorded(work, page)
    return await week_drafts.list_by(work, await acting.require_principal(work, SCOPE), page)
