"""A worker will not come after all, and the visit is open again. Nobody gives a reason."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from services.scheduling.commands.tell import Notice, tell
from services.scheduling.domain.visit import require_not_started
from services.scheduling.storage import events_out, visit_places, visit_records, visit_sharers, visits


async def give_back_visit(work: UnitOfWork, visit_id: UUID) -> None:
    """Raises NotFound VISIT_UNKNOWN, FailedPrecondition VISIT_NOT_YOURS or VISIT_STARTED."""
    worker = await hats.require_person(work)
    visit = await visits.get(work, visit_id, lock=True)
    require_not_started(visit, work.now)
    await visit_records.require_not_begun(work, visit.id, worker)
    if not await visit_places.give_back(work, visit.id, worker):
        raise FailedPrecondition("VISIT_NOT_YOURS")
    await events_out.visit_given_back(work, visit.id, visit.person, worker, "given_back")
    await tell(work, Notice.GIVEN_BACK, visit, await visit_sharers.everybody_at(work, visit))
