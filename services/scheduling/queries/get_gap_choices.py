"""From which others a visit, or a series, could keep apart."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import SeriesState
from libs.access import acting, audit
from libs.database.engine import UnitOfWork
from services.scheduling.domain.visit import SCOPE
from services.scheduling.domain.visit_gap import Part
from services.scheduling.domain.visit_series import AHEAD
from services.scheduling.storage import series, visit_gaps
from services.scheduling.storage.gap_parts import PartIds, load_part

_MOST = 50
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class GapChoices:
    """`others` are of the same person."""

    part: Part
    others: list[Part]


async def get_gap_choices(work: UnitOfWork, ids: PartIds, *, zone: ZoneInfo) -> GapChoices:
    """Of a visit those around it; of a series the others, and single visits.

    Raises what `load_part` raises, NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    await acting.require_principal(work, SCOPE)
    part = await load_part(work, ids)
    await audit.record_read(work, "visit", "list", part.person)
    if part.visit is not None:
        day = part.visit.day
        around = await visit_gaps.list_to_come(work, part.person, day - _DAY, day + _DAY, _MOST)
        return GapChoices(part, [Part(visit, None) for visit in around if visit.id != part.visit.id])
    today = work.now.astimezone(zone).date()
    running = await series.list_of(work, part.person, today)
    others = [Part(None, one) for one in running if one.state is not SeriesState.PROPOSED and one.id != part.series_id]
    single = await visit_gaps.list_to_come(work, part.person, today, today + AHEAD, _MOST, single=True)
    return GapChoices(part, [*others, *(Part(visit, None) for visit in single)])
