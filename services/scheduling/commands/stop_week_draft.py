"""The planner has waited long enough: the draft ends with the best plan so far."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from services.scheduling.domain.week_draft import DraftStep, step
from services.scheduling.storage import week_drafts
from services.scheduling.storage.draft_access import require_planner


async def stop_week_draft(work: UnitOfWork, draft_id: UUID) -> None:
    """Raises what `require_planner` and `step` raise."""
    draft, _ = await require_planner(work, draft_id)
    await week_drafts.save(work, step(draft, DraftStep.STOP))
