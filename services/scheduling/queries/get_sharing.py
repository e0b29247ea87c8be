"""An agreement to share visits, for the two: which visits it is about, and who could come to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kith.scheduling.v1.enums import SharingState
from libs.access import acting, audit
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from services.scheduling.domain.sharing import Sharing
from services.scheduling.domain.visit import SCOPE
from services.scheduling.storage import series_visits, sharings, visit_sharers, visits

MOST_VISITS = 60


@dataclass(frozen=True)
class ProposedVisit:
    """A visit to come that is shared, or would be."""

    visit: UUID
    starts: datetime
    ends: datetime
    is_shared: bool


@dataclass(frozen=True)
class WholeSharing:
    """`workers` are in both teams: for the one who is asked, and once both said yes; who proposed it learns nothing of the other's team."""

    sharing: Sharing
    visits: Sequence[ProposedVisit]
    workers: Sequence[UUID]
    principal: UUID


async def get_sharing(work: UnitOfWork, sharing_id: UUID) -> WholeSharing:
    """Raises NotFound SHARING_UNKNOWN, NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    principal = await acting.require_principal(work, SCOPE)
    sharing = await sharings.get(work, sharing_id)
    await audit.record_read(work, "sharing", "view", sharing.other_than(principal))
    is_open = sharing.state in (SharingState.PROPOSED, SharingState.AGREED)
    knows_team = sharing.state is SharingState.AGREED or (sharing.state is SharingState.PROPOSED and principal == sharing.asked)
    async with all_rows(work):
        to_come = await _visits(work, sharing) if is_open else []
        workers = await visit_sharers.workers_in_both(work, sharing.person, sharing.sharer) if knows_team else set()
    return WholeSharing(sharing, to_come, sorted(workers), principal)


async def _visits(work: UnitOfWork, sharing: Sharing) -> list[ProposedVisit]:
    """Times alone: of a visit that is not shared the other one sees no more than when it is."""
    if sharing.visit is not None:
        found = [await visits.get(work, sharing.visit)]
    else:
        found = await series_visits.list_to_come(work, sharing.series or sharing.id)
    on_days = [visit for visit in found if sharing.first_day <= visit.day and (sharing.last_day is None or visit.day <= sharing.last_day)]
    shared = await visit_sharers.list_of(work, [visit.id for visit in on_days])
    by = {visit for visit, row in shared.items() if row.sharing == sharing.id}
    return [ProposedVisit(visit.id, visit.starts, visit.ends, visit.id in by) for visit in on_days[:MOST_VISITS]]
