"""A worker says yes or no to a visit that a draft proposes to them, or to somebody else going there instead of them."""

from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import DraftAnswer, DraftPlaceKind
from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.scheduling.commands.say_rest_reason import say_rest_reason
from services.scheduling.domain.rest_reason import SaidReason
from services.scheduling.domain.week_draft import WeekDraft, answer
from services.scheduling.storage import rest_reasons, visits, week_drafts
from services.scheduling.storage.draft_access import require_asked


async def answer_draft_place(
    work: UnitOfWork,
    draft_id: UUID,
    visit_id: UUID,
    agreed: bool,  # noqa: FBT001 - a field of the request
    said: SaidReason | None = None,
    *,
    zone: ZoneInfo,
) -> None:
    """The last answer before it is published counts, and with a yes what the worker `said` of their rest: no planner says it for them.

    Raises NotAllowed PERSON_NEEDED, NotFound WEEK_DRAFT_UNKNOWN, FailedPrecondition WEEK_DRAFT_OVER, and what `say_rest_reason` raises.
    """
    worker = await hats.require_person(work)
    draft = await require_asked(work, draft_id)
    places = (await week_drafts.list_places(work, draft.id)).get(visit_id, ())
    own = next((place for place in places if place.worker == worker and place.is_change), None)
    if own is None:
        raise NotFound("WEEK_DRAFT_UNKNOWN")
    if own.kind is DraftPlaceKind.NEW and agreed:
        await _say(work, draft, visit_id, worker, said, zone)
    elif own.kind is DraftPlaceKind.NEW:
        await rest_reasons.replace(work, visit_id, worker, None)
    await week_drafts.save_place(work, replace(own, answer=answer(agreed), answered_at=work.now))


async def _say(work: UnitOfWork, draft: WeekDraft, visit_id: UUID, worker: UUID, said: SaidReason | None, zone: ZoneInfo) -> None:
    """With the visits of the draft to which they said yes before."""
    places = await week_drafts.list_places(work, draft.id)
    besides = [
        (each.starts, each.ends)
        for each in await week_drafts.list_proposed_to(work, draft.id, worker)
        if each.visit != visit_id
        and any(place.worker == worker and place.answer is DraftAnswer.YES for place in places.get(each.visit, ()))
    ]
    await say_rest_reason(work, await visits.get(work, visit_id), worker, said, zone=zone, besides=besides)
