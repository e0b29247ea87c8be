"""The person declines a visit, or another time for it: then an agreed visit stays at its time."""

from uuid import UUID

from kith.scheduling.v1.enums import VisitState
from libs.database.engine import UnitOfWork
from services.scheduling.commands.team_access import require_own_visit
from services.scheduling.commands.tell import Notice, tell
from services.scheduling.domain.visit import decline
from services.scheduling.storage import events_out, visits


async def decline_visit(work: UnitOfWork, visit_id: UUID, shown: int) -> int:
    """Returns the new version. Raises what `require_own_visit` raises, FailedPrecondition VISIT_OVER or VISIT_AGREED."""
    visit, caller = await require_own_visit(work, visit_id, shown)
    declined = decline(visit)
    await visits.save(work, declined)
    await events_out.visit_declined(work, declined, caller, goes_on=declined.state is VisitState.AGREED)
    await tell(work, Notice.DECLINED, declined, {visit.other_proposed_by or visit.proposed_by, visit.person})
    return declined.version
