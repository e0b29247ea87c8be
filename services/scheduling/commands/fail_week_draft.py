"""The engine could not make a draft: it says so, and does not try for ever."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from services.scheduling.domain.week_draft import DraftStep, step
from services.scheduling.storage import week_drafts


async def fail_week_draft(work: UnitOfWork, draft_id: UUID) -> None:
    """Does nothing for a draft that is no longer being made."""
    draft = await week_drafts.lock_in_the_making(work, draft_id)
    if draft is not None:
        await week_drafts.save(work, step(draft, DraftStep.FAIL))
