"""The planner publishes what all agreed to: every chosen visit has its workers by the draft, or none has.

Locks are taken in the order of swaps: the visits by their ids, the draft, the workers by their ids. A secretary is in none of the teams;
that they publish only what those concerned said yes to is checked here, and every rule of taking a visit by `take_place`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import DraftPlaceKind
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from libs.refusals import Conflict, Refusal
from services.scheduling.commands.take_place import take_place
from services.scheduling.commands.tell import Notice, tell, tell_of_draft
from services.scheduling.domain.visit import Visit
from services.scheduling.domain.week_draft import DraftPlace, DraftStep, DraftVisit, WeekDraft, part_of, require_publishable, step
from services.scheduling.storage import events_out, rest_reasons, visit_places, visit_records, visit_sharers, visits, week_drafts
from services.scheduling.storage.draft_access import require_planner


async def publish_week_draft(work: UnitOfWork, draft_id: UUID, chosen: Sequence[UUID], *, zone: ZoneInfo) -> None:
    """Everybody whom it touches hears of it once.

    Raises Invalid WEEK_DRAFT_NOTHING_CHOSEN, Conflict WEEK_DRAFT_CHANGED with the `visit`, and what `require_planner` and `step` raise.
    """
    await require_planner(work, draft_id, lock=False)
    async with all_rows(work):
        locked = await _lock_visits(work, draft_id, chosen)
        draft, caller = await require_planner(work, draft_id)
        published = step(draft, DraftStep.PUBLISH)
        of_draft = {visit.visit: visit for visit in await week_drafts.list_visits(work, draft.id)}
        places = await week_drafts.list_places(work, draft.id)
        changes = [place for visit in sorted(set(chosen)) for place in places.get(visit, ()) if place.is_change]
        for worker in sorted({place.worker for place in changes}):
            await visit_places.lock_worker(work, worker)
        await _require_parts(work, chosen, of_draft, places, draft.absent)
        for place in changes:
            await _require_published(work, locked[place.visit], place, zone, DraftPlaceKind.GONE)
        for place in changes:
            await _require_published(work, locked[place.visit], place, zone, DraftPlaceKind.NEW)
        for visit in locked:
            await week_drafts.save_visit(work, replace(of_draft[visit], published=True))
        await week_drafts.save(work, published)
    await events_out.week_draft_published(work, draft, caller, sorted(locked))
    await _tell(work, draft, changes, locked)


async def _lock_visits(work: UnitOfWork, draft: UUID, chosen: Collection[UUID]) -> dict[UUID, Visit]:
    """Those of the draft among the chosen."""
    known = {visit.visit for visit in await week_drafts.list_visits(work, draft)}
    return {visit: await visits.get(work, visit, lock=True) for visit in sorted(known & set(chosen))}


async def _require_parts(
    work: UnitOfWork,
    chosen: Collection[UUID],
    of_draft: Mapping[UUID, DraftVisit],
    places: Mapping[UUID, Sequence[DraftPlace]],
    absent: UUID | None,
) -> None:
    now = await week_drafts.list_now(work, chosen)
    parts = {visit: part_of(of_draft[visit], places.get(visit, ()), now.get(visit), absent) for visit in chosen if visit in of_draft}
    require_publishable(chosen, parts)


async def _require_published(work: UnitOfWork, visit: Visit, place: DraftPlace, zone: ZoneInfo, kind: DraftPlaceKind) -> None:
    """Does nothing for a place of another kind. What stands against a worker is not for the planner to read: only that something does."""
    if place.kind is not kind:
        return
    try:
        if kind is DraftPlaceKind.NEW:
            reason = await rest_reasons.find(work, visit.id, place.worker)
            await take_place(work, visit, place.worker, visit.version, reason, zone=zone, said_before=True)
            return
        await visit_records.require_not_begun(work, visit.id, place.worker)
        # Without whom the week was drafted may have given it back meanwhile.
        if await visit_places.give_back(work, visit.id, place.worker):
            await events_out.visit_given_back(work, visit.id, visit.person, place.worker, "drafted")
    except Refusal as refusal:
        raise Conflict("WEEK_DRAFT_CHANGED", visit=str(visit.id)) from refusal


async def _tell(work: UnitOfWork, draft: WeekDraft, changes: Sequence[DraftPlace], locked: Mapping[UUID, Visit]) -> None:
    people = {person for place in changes for person in (place.worker, place.person)}
    await tell_of_draft(work, Notice.DRAFT_PUBLISHED, draft.id, people, max(visit.starts for visit in locked.values()))
    # Who shares a visit is there too, but has no part in the draft.
    for visit in locked.values():
        kinds = {place.kind for place in changes if place.visit == visit.id}
        sharers = await visit_sharers.everybody_at(work, visit) - {visit.person}
        if kinds and sharers:
            await tell(work, Notice.TAKEN if DraftPlaceKind.NEW in kinds else Notice.GIVEN_BACK, visit, sharers)
