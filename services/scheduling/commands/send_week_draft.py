"""The planner sends a draft: each worker is asked about the visits proposed to them, each person sees who would come."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from services.scheduling.commands.tell import Notice, tell_of_draft
from services.scheduling.domain.week_draft import DraftStep, step
from services.scheduling.storage import week_drafts
from services.scheduling.storage.draft_access import require_planner


async def send_week_draft(work: UnitOfWork, draft_id: UUID) -> None:
    """Everybody hears of it once. Raises FailedPrecondition WEEK_DRAFT_NOTHING_PROPOSED, and what `require_planner` and `step` raise."""
    draft, _ = await require_planner(work, draft_id)
    sent = step(draft, DraftStep.SEND)
    ends = {visit.visit: visit.starts for visit in await week_drafts.list_visits(work, draft.id)}
    places = [place for of_visit in (await week_drafts.list_places(work, draft.id)).values() for place in of_visit if place.is_change]
    if not places:
        raise FailedPrecondition("WEEK_DRAFT_NOTHING_PROPOSED")
    await week_drafts.save(work, sent)
    until = max(ends[place.visit] for place in places)
    workers = {place.worker for place in places}
    await tell_of_draft(work, Notice.DRAFT_ASKED, draft.id, workers, until)
    await tell_of_draft(work, Notice.DRAFT_SHOWN, draft.id, {place.person for place in places} - workers - {draft.planner}, until)
