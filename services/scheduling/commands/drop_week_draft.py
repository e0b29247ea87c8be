"""The planner throws a draft away: nothing comes of it, and what is as it was stays so."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from services.scheduling.domain.week_draft import DraftStep, step
from services.scheduling.storage import week_drafts
from services.scheduling.storage.draft_access import require_planner


async def drop_week_draft(work: UnitOfWork, draft_id: UUID) -> None:
    """Raises what `require_planner` and `step` raise."""
    draft, _ = await require_planner(work, draft_id)
    await week_drafts.save(work, step(draft, DraftStep.DROP))
