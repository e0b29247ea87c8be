"""What was written about a visit, and said to it: for the person all of it, for a worker their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from libs.access import acting, audit
from libs.database.engine import UnitOfWork
from services.scheduling.domain.record_times import is_time_to_begin
from services.scheduling.domain.task_outcome import TaskOutcome
from services.scheduling.domain.visit import SCOPE, Visit
from services.scheduling.domain.visit_record import RecordEntry, VisitRecord
from services.scheduling.storage import task_outcomes, visit_places, visit_records, visits


@dataclass(frozen=True)
class VisitRecords:
    """`outcomes` of tasks are by entry. `is_time`: there can be a record; `may_begin`: and the caller comes and has none yet."""

    records: list[VisitRecord]
    entries: dict[UUID, list[RecordEntry]]
    outcomes: Mapping[UUID, Sequence[TaskOutcome]]
    is_time: bool
    may_begin: bool


async def get_visit_records(work: UnitOfWork, visit_id: UUID) -> VisitRecords:
    """Raises NotFound VISIT_UNKNOWN, NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    await acting.require_principal(work, SCOPE)
    return await read_records(work, await visits.get(work, visit_id))


async def read_records(work: UnitOfWork, visit: Visit) -> VisitRecords:
    """Of a visit that the caller sees."""
    records = await visit_records.list_of_visit(work, visit.id)
    entries: dict[UUID, list[RecordEntry]] = {record.id: [] for record in records}
    for entry in await visit_records.list_entries(work, list(entries)):
        entries[entry.record].append(entry)
    outcomes = await task_outcomes.list_of(work, [entry.id for said in entries.values() for entry in said])
    if records:
        await audit.record_read(work, "visit record", "view", visit.person)
    worker = None if work.caller.acting_for else work.caller.person
    is_time = is_time_to_begin(visit, work.now)
    may_begin = is_time and worker in await visit_places.list_workers(work, visit.id) and all(record.worker != worker for record in records)
    return VisitRecords(records, entries, outcomes, is_time, may_begin)
