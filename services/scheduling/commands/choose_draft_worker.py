"""The planner chooses another worker for one place of a draft: that place alone changes, by every rule of taking a visit.

Who is chosen is asked like everybody, at once if the draft was sent already. The plan in the record stays as the engine made it; the
choice stands beside it. What workers cost changes only for the two whom the choice touches, and is computed again.
"""

import asyncio
import json
from collections import defaultdict
from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import DraftAnswer, DraftPlaceKind, WeekDraftState
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from libs.refusals import Conflict, FailedPrecondition, NotFound
from services.scheduling.commands.all_can_come import all_can_come
from services.scheduling.commands.tell import Notice, tell_of_draft
from services.scheduling.domain.draft_choice import is_free
from services.scheduling.domain.draft_hand import HandChange, choose_by_hand
from services.scheduling.domain.draft_inputs import visit_key, worker_key
from services.scheduling.domain.week_draft import DraftStep, DraftVisit, WeekDraft, is_as_known, step
from services.scheduling.domain.week_record import ChosenByHand, with_choice
from services.scheduling.domain.worker_hours import Times
from services.scheduling.engine.week_process import read_own_record
from services.scheduling.engine.week_reasons import answers_of
from services.scheduling.storage import draft_choices, draft_records, week_drafts
from services.scheduling.storage.draft_access import require_planner
from services.scheduling.storage.draft_records import DraftReason


async def choose_draft_worker(
    work: UnitOfWork, draft_id: UUID, visit_id: UUID, worker: UUID, instead_of: UUID | None, *, zone: ZoneInfo
) -> None:
    """`instead_of` is who the planner saw there, None for an empty place.

    Raises Conflict WEEK_DRAFT_CHANGED, Invalid DRAFT_WORKER_COMES, FailedPrecondition DRAFT_WORKER_CANNOT (why is not said),
    DRAFT_WORKER_SAID_YES or DRAFT_WORKER_STAYS, and what `require_planner` and `step` raise.
    """
    draft, _ = await require_planner(work, draft_id)
    draft = step(draft, DraftStep.CHOOSE)
    visit = next((each for each in await week_drafts.list_visits(work, draft.id) if each.visit == visit_id), None)
    if visit is None:
        raise NotFound("WEEK_DRAFT_UNKNOWN")
    async with all_rows(work):
        places = (await week_drafts.list_places(work, draft.id)).get(visit.visit, ())
        now = (await week_drafts.list_now(work, [visit.visit])).get(visit.visit)
        if not is_as_known(visit, places, now, draft.absent):
            raise Conflict("WEEK_DRAFT_CHANGED", visit=str(visit.visit))
        change = choose_by_hand(visit, places, worker, instead_of, may_go=await _may_go(work, visit, instead_of))
        await _require_can_come(work, draft, visit, worker, change, zone)
        if change.removed is not None:
            await week_drafts.remove_place(work, change.removed)
        known = {place.worker for place in places}
        await week_drafts.add_places(work, [place for place in change.saved if place.worker not in known])
        for place in change.saved:
            if place.worker in known:
                await week_drafts.save_place(work, place)
        # The person's yes was to somebody else; their no stands until they take it back.
        if visit.answer is DraftAnswer.YES:
            await week_drafts.save_visit(work, replace(visit, answer=DraftAnswer.WAITING))
        await _explain(work, draft, visit, worker, instead_of)
    if draft.state is WeekDraftState.ASKED:
        concerned = {place.worker for place in change.saved if place.is_change}
        await tell_of_draft(work, Notice.DRAFT_ASKED, draft.id, concerned, visit.starts)
        await tell_of_draft(work, Notice.DRAFT_SHOWN, draft.id, {visit.person} - concerned - {draft.planner}, visit.starts)


async def _may_go(work: UnitOfWork, visit: DraftVisit, worker: UUID | None) -> bool:
    """Whether both agreed beforehand that a draft may propose somebody else."""
    if worker is None:
        return True
    own, of_person = await draft_choices.find_worker(work, worker), await draft_choices.find_person(work, visit.person)
    return bool(own and own.may_change and of_person and of_person.may_change)


async def _require_can_come(
    work: UnitOfWork, draft: WeekDraft, visit: DraftVisit, worker: UUID, change: HandChange, zone: ZoneInfo
) -> None:
    """Who stays after all has the visit already."""
    choice = await draft_choices.find_worker(work, worker)
    is_new = any(place.worker == worker and place.kind is DraftPlaceKind.NEW for place in change.saved)
    others = [each for each in await week_drafts.list_proposed_to(work, draft.id, worker) if each.visit != visit.visit]
    accepted = defaultdict[UUID, list[Times]](list, {worker: [(each.starts, each.ends) for each in others]})
    may_come = worker != draft.absent and choice is not None and is_free(zone, choice, visit.starts, visit.ends)
    if not may_come or (is_new and not await all_can_come(work, visit, [worker], accepted, zone)):
        raise FailedPrecondition("DRAFT_WORKER_CANNOT")


async def _explain(work: UnitOfWork, draft: WeekDraft, visit: DraftVisit, worker: UUID, instead_of: UUID | None) -> None:
    """The choice stands in the record, and what the two cost is as the draft is now."""
    document, by_number = await draft_records.find(work, draft.id), await draft_records.list_workers(work, draft.id)
    keys = {person: worker_key(number) for number, person in by_number.items()}
    if document is None or worker not in keys:
        raise FailedPrecondition("DRAFT_WORKER_CANNOT")
    chosen = ChosenByHand(visit_key(visit.number), keys[worker], keys.get(instead_of, "") if instead_of else "")
    await draft_records.save(work, draft.id, with_choice(document, chosen))
    visits = {each.visit: visit_key(each.number) for each in await week_drafts.list_visits(work, draft.id)}
    comes = {
        visits[of]: frozenset(keys[place.worker] for place in places if place.kind is not DraftPlaceKind.GONE and place.worker in keys)
        for of, places in (await week_drafts.list_places(work, draft.id)).items()
    }
    record = read_own_record(json.loads(document))
    touched = {key: person for person, key in keys.items() if person in (worker, instead_of)}
    explained = {visits[of]: of for of in await draft_records.list_explained(work, draft.id)}
    answers = await asyncio.to_thread(answers_of, record.problem, comes, touched.keys(), explained.keys(), record.weights)
    await draft_records.change_reasons(
        work,
        (
            DraftReason(draft.id, explained[of], touched[answer.worker], answer.reason, dict(answer.points))
            for of, of_visit in answers.items()
            for answer in of_visit
        ),
    )
