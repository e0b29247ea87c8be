"""A draft of a week with its visits, for its planner: who comes, who would come, and how far each proposal has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from kith.scheduling.v1.enums import DraftPart
from libs.access import audit
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from services.scheduling.domain.week_draft import DraftPlace, DraftVisit, WeekDraft, part_of
from services.scheduling.storage import week_drafts
from services.scheduling.storage.draft_access import require_planner


@dataclass(frozen=True)
class ShownVisit:
    """A visit of a draft."""

    visit: DraftVisit
    part: DraftPart
    places: Sequence[DraftPlace]


@dataclass(frozen=True)
class ShownDraft:
    """The visits in the order in which they start."""

    draft: WeekDraft
    visits: Sequence[ShownVisit]


async def get_week_draft(work: UnitOfWork, draft_id: UUID) -> ShownDraft:
    """Raises what `require_planner` raises. Of visits that a secretary may not see, only whether they are still as the draft knew them."""
    draft, _ = await require_planner(work, draft_id, lock=False)
    visits = await week_drafts.list_visits(work, draft.id)
    places = await week_drafts.list_places(work, draft.id)
    async with all_rows(work):
        now = await week_drafts.list_now(work, [visit.visit for visit in visits])
    workers = {place.worker for of_visit in places.values() for place in of_visit}
    await audit.record_read(work, "week draft", "view", *sorted({visit.person for visit in visits} | workers))
    shown = [
        ShownVisit(visit, part_of(visit, rows, now.get(visit.visit), draft.absent), rows)
        for visit in visits
        for rows in [places.get(visit.visit, ())]
    ]
    return ShownDraft(draft, shown)
