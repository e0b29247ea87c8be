"""A worker says yes or no to a visit that a draft proposes to them, or to somebody else going there instead of them."""

from dataclasses import replace
from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.scheduling.domain.week_draft import answer
from services.scheduling.storage import week_drafts
from services.scheduling.storage.draft_access import require_asked


async def answer_draft_place(work: UnitOfWork, draft_id: UUID, visit_id: UUID, agreed: bool) -> None:  # noqa: FBT001 - a field of the request
    """The last answer before it is published counts.

    Raises NotAllowed PERSON_NEEDED, NotFound WEEK_DRAFT_UNKNOWN, FailedPrecondition WEEK_DRAFT_OVER.
    """
    worker = await hats.require_person(work)
    draft = await require_asked(work, draft_id)
    places = (await week_drafts.list_places(work, draft.id)).get(visit_id, ())
    own = next((place for place in places if place.worker == worker and place.is_change), None)
    if own is None:
        raise NotFound("WEEK_DRAFT_UNKNOWN")
    await week_drafts.save_place(work, replace(own, answer=answer(agreed), answered_at=work.now))
