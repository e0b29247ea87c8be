"""A phone without signal wrote down a visit, and sends it now: to a record that is begun or not, as the phone could not know.

Times that were written meanwhile, on another device or by an earlier sending, are never written over: the worker looks, and corrects.
"""

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import VisitRecordState
from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from services.scheduling.commands.record_visit import record_visit
from services.scheduling.domain.record_times import LocalMoment
from services.scheduling.domain.task_outcome import SaidOutcome
from services.scheduling.domain.visit_record import VisitRecord
from services.scheduling.storage import visit_records


async def send_visit(
    work: UnitOfWork,
    visit_id: UUID,
    starts: LocalMoment | None,
    ends: LocalMoment | None,
    note: str,
    travel: int,
    waiting: int,
    task_list: UUID | None,
    outcomes: Sequence[SaidOutcome],
    *,
    zone: ZoneInfo,
) -> VisitRecord:
    """Raises what `record_visit` raises, and FailedPrecondition RECORD_WRITTEN."""
    worker = await hats.require_person(work)
    begun = next((record for record in await visit_records.list_of_visit(work, visit_id) if record.worker == worker), None)
    entry = (starts, ends, note, travel, waiting, task_list, outcomes)
    if begun is None:
        return await record_visit(work, visit_id, None, 0, *entry, zone=zone, late=True)
    if begun.state is not VisitRecordState.STARTED:
        raise FailedPrecondition("RECORD_WRITTEN")
    return await record_visit(work, visit_id, begun.id, begun.version, *entry, zone=zone, late=True)
