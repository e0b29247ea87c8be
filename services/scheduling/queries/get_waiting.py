"""What of visits waits for an answer of the caller's: records, swaps, series, the watch, drafts. Visits are in their own list."""

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import SeriesState, SharingState, VisitRecordState
from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.database.paging import PageRequest
from services.scheduling.storage import series, sharings, swaps, visit_records, watch_alerts, watch_duties, week_drafts

_MOST_SWAPS = 100


@dataclass(frozen=True)
class Waiting:
    """The visits of records in the order in which they started; how many swaps, series and proposals of drafts there are."""

    to_confirm: list[UUID]
    disputed: list[UUID]
    swaps: int
    series: int
    alerts: int
    """Open, as the person holds the watch."""
    watch_asked: int
    proposals: int
    sharings: list[UUID]


async def get_waiting(work: UnitOfWork, *, zone: ZoneInfo) -> Waiting:
    """Raises NotAllowed PERSON_NEEDED."""
    person = await hats.require_person(work)
    today = work.now.astimezone(zone).date()
    offered = await swaps.list_open(work, person, PageRequest(_MOST_SWAPS))
    proposed = await series.list_of(work, person, today)
    return Waiting(
        await visit_records.list_waiting(work, "person", person, (VisitRecordState.WRITTEN, VisitRecordState.STOOD_BY)),
        await visit_records.list_waiting(work, "worker", person, (VisitRecordState.DISPUTED,)),
        sum(swap.swap.to_worker == person for swap in offered.items),
        sum(one.state is SeriesState.PROPOSED and one.proposed_by != person for one in proposed),
        await watch_alerts.count_open(work) if person in await watch_duties.list_holders(work) else 0,
        await watch_duties.count_asked(work, person),
        await week_drafts.count_unanswered(work, person),
        [one.id for one in await sharings.list_of(work, person, today) if one.state is SharingState.PROPOSED and one.asked == person],
    )
