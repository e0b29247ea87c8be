"""Why this worker: what each worker of the team would cost for a visit of a draft, or that they cannot come.

A worker reads all of their own. The planner and the person read of each worker whether they can come, the sum, and the parts that are about
the visit; where a worker comes from, what they wish and what else they do is not for them (ADR 68).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from kith.scheduling.v1.enums import DraftPart, DraftPlaceKind, WeekDraftState
from libs.access import acting, audit
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.scheduling.domain.draft_inputs import NOT_IN_DRAFTS, NOT_IN_TEAM
from services.scheduling.domain.draft_reasons import ShownReason, shown_to_others, sort_key
from services.scheduling.domain.visit import SCOPE
from services.scheduling.domain.week_draft import NEXT, DraftPlace, DraftStep, DraftVisit, is_as_known, part_of
from services.scheduling.storage import draft_records, week_drafts
from services.scheduling.storage.draft_access import plans
from services.scheduling.storage.draft_records import DraftReason


@dataclass(frozen=True)
class DraftReasons:
    """Who can come is first, fewer points before more."""

    visit: DraftVisit
    part: DraftPart
    places: Sequence[DraftPlace]
    workers: Sequence[ShownReason]
    may_choose: bool
    """The caller plans the draft, and the visit is still as it was."""


async def get_draft_reasons(work: UnitOfWork, draft_id: UUID, visit_id: UUID) -> DraftReasons:
    """Raises NotFound WEEK_DRAFT_UNKNOWN, NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    principal = await acting.require_principal(work, SCOPE)
    draft = await week_drafts.get(work, draft_id)
    visit = next((each for each in await week_drafts.list_visits(work, draft.id) if each.visit == visit_id), None)
    is_planner = await plans(work, draft, principal)
    if visit is None or (not is_planner and draft.state not in (WeekDraftState.ASKED, WeekDraftState.PUBLISHED)):
        raise NotFound("WEEK_DRAFT_UNKNOWN")
    places = (await week_drafts.list_places(work, draft.id)).get(visit.visit, ())
    own_id = None if work.caller.acting_for else principal
    sees_all = is_planner or visit.person == principal
    if not sees_all and all(place.worker != own_id for place in places):
        raise NotFound("WEEK_DRAFT_UNKNOWN")
    async with all_rows(work):
        all_places = (await week_drafts.list_places(work, draft.id)).get(visit.visit, ())
        reasons = await draft_records.list_reasons(work, draft.id, visit.visit)
        now = (await week_drafts.list_now(work, [visit.visit])).get(visit.visit)
        # A worker sees their own place alone; how far the proposal has come depends on all.
        part = part_of(visit, all_places, now, draft.absent)
    may_choose = is_planner and DraftStep.CHOOSE in NEXT[draft.state] and is_as_known(visit, all_places, now, draft.absent)
    # Who is not in the team, or not in drafts, is in no table.
    reasons = [each for each in reasons if each.reason not in (NOT_IN_TEAM, NOT_IN_DRAFTS)]
    shown = [_shown(each, places, is_own=each.worker == own_id) for each in reasons if sees_all or each.worker == own_id]
    await audit.record_read(work, "why a worker", "list", visit.person, *(each.worker for each in shown))
    return DraftReasons(visit, part, places, sorted(shown, key=sort_key), may_choose)


def _shown(reason: DraftReason, places: Sequence[DraftPlace], *, is_own: bool) -> ShownReason:
    comes = any(place.worker == reason.worker and place.kind is not DraftPlaceKind.GONE for place in places)
    if is_own:
        return ShownReason(reason.worker, not reason.reason, comes, reason.reason, reason.points)
    return shown_to_others(reason.worker, reason.reason, reason.points, comes=comes)
