"""The person agrees to a visit, or to another time for it."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from services.scheduling.commands.free_places import free_places
from services.scheduling.commands.keep_gaps import require_gaps_kept
from services.scheduling.commands.team_access import require_own_visit
from services.scheduling.commands.tell import Notice, tell
from services.scheduling.domain.visit import agree
from services.scheduling.domain.visit_gap import time_of
from services.scheduling.storage import events_out, sharings, visit_records, visits


async def agree_visit(work: UnitOfWork, visit_id: UUID, shown: int) -> int:
    """Returns the new version.

    Raises what `require_own_visit` and `require_gaps_kept` raise, FailedPrecondition VISIT_OVER, VISIT_AGREED or VISIT_STARTED.
    """
    await sharings.lock_of_visit(work, visit_id)
    visit, caller = await require_own_visit(work, visit_id, shown)
    agreed = agree(visit, caller, work.now)
    await visit_records.require_not_begun(work, visit.id)
    await require_gaps_kept(work, visit, time_of(agreed))
    await visits.save(work, agreed)
    await events_out.visit_agreed(work, agreed)
    await tell(work, Notice.AGREED, agreed, {visit.other_proposed_by or visit.proposed_by, visit.person})
    await free_places(work, visit, agreed)
    return agreed.version
