"""A person says "not this one" to what a draft proposes for a visit to them, or that it may be after all. Nobody asks why."""

from dataclasses import replace
from uuid import UUID

from kith.scheduling.v1.enums import DraftAnswer
from libs.access import acting
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.scheduling.domain.visit import SCOPE
from services.scheduling.storage import week_drafts
from services.scheduling.storage.draft_access import require_asked


async def answer_draft_visit(work: UnitOfWork, draft_id: UUID, visit_id: UUID, agreed: bool) -> None:  # noqa: FBT001 - a field of the request
    """Raises NotFound WEEK_DRAFT_UNKNOWN, FailedPrecondition WEEK_DRAFT_OVER, and what `require_principal` raises."""
    person = await acting.require_principal(work, SCOPE)
    draft = await require_asked(work, draft_id)
    visits = {visit.visit: visit for visit in await week_drafts.list_visits(work, draft.id) if visit.person == person}
    if visit_id not in visits:
        raise NotFound("WEEK_DRAFT_UNKNOWN")
    await week_drafts.save_visit(work, replace(visits[visit_id], answer=DraftAnswer.YES if agreed else DraftAnswer.NO))
