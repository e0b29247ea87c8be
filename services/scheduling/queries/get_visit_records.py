"""What was written about a visit, and said to it: for the person all of it, for a worker their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from libs.access import acting, audit
from libs.database.engine import UnitOfWork
from services.scheduling.domain.record_times import EARLY
from services.scheduling.domain.task_outcome import TaskOutcome
from services.scheduling.domain.visit import SCOPE
from services.scheduling.domain.visit_record import RecordEntry, VisitRecord
from services.scheduling.storage import task_outcomes, visit_places, visit_records, visits


@dataclass(frozen=True)
class VisitRecords:
    """`outcomes` of tasks are by entry. `may_begin`: the caller comes, has no record yet, and it is time for one."""

    records: list[VisitRecord]
    entries: dict[UUID, list[RecordEntry]]
    outcomes: Mapping[UUID, Sequence[TaskOutcome]]
    may_begin: bool


async def get_visit_records(work: UnitOfWork, visit_id: UUID) -> VisitRecords:
    """Raises NotFound VISIT_UNKNOWN, NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    await acting.require_principal(work, SCOPE)
    visit = await visits.get(work, visit_id)
    records = await visit_records.list_of_visit(work, visit.id)
    entries: dict[UUID, list[RecordEntry]] = {record.id: [] for record in records}
    for entry in await visit_records.list_entries(work, list(entries)):
        entries[entry.record].append(entry)
    outcomes = await task_outcomes.list_of(work, [entry.id for said in entries.values() for entry in said])
    if records:
        await audit.record_read(work, "visit record", "view", visit.person)
    worker = None if work.caller.acting_for else work.caller.person
    may_begin = (
        work.now >= visit.starts - EARLY
        and worker in await visit_places.list_workers(work, visit.id)
        and all(record.worker != worker for record in records)
    )
    return VisitRecords(records, entries, outcomes, may_begin)
