"""A visit will not take place. Nobody gives a reason."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.commands.team_access import require_visit_in_team
from services.scheduling.commands.tell import Notice, tell
from services.scheduling.domain.visit import cancel
from services.scheduling.storage import events_out, visit_places, visit_records, visit_sharers, visits


async def cancel_visit(work: UnitOfWork, visit_id: UUID, shown: int) -> int:
    """Returns the new version; its workers are free with that.

    Raises what `require_visit_in_team` raises, NotAllowed NOT_YOURS_TO_CANCEL, FailedPrecondition VISIT_OVER or VISIT_STARTED.
    """
    visit, principal = await require_visit_in_team(work, visit_id, shown)
    cancelled = cancel(visit, principal, work.now)
    await visit_records.require_not_begun(work, visit.id)
    await visits.save(work, cancelled)
    workers = await visit_places.free_all(work, visit.id)
    await tell(work, Notice.CANCELLED, visit, {*workers, visit.proposed_by, *await visit_sharers.everybody_at(work, visit)})
    await events_out.visit_cancelled(work, cancelled, await hats.require_person(work))
    return cancelled.version
