"""Who may do what with a visit's record: what each of its commands begins with."""

from uuid import UUID

from libs.access import acting, hats
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition, NotAllowed
from services.scheduling.domain.record_times import require_time_to_begin
from services.scheduling.domain.visit import SCOPE, Visit
from services.scheduling.domain.visit_record import Statement, VisitRecord, new_record, require_version
from services.scheduling.storage import visit_places, visit_records, visit_sharers, visits


async def begin_record(work: UnitOfWork, visit_id: UUID) -> tuple[Visit, VisitRecord]:
    """The visit, locked, and a new record of it, for a worker who comes and has none yet.

    Raises NotFound VISIT_UNKNOWN, FailedPrecondition VISIT_NOT_YOURS, RECORD_TOO_EARLY or RECORD_BEGUN, NotAllowed PERSON_NEEDED.
    """
    worker = await hats.require_person(work)
    visit = await visits.get(work, visit_id, lock=True)
    # Who opens their places again (away, left the team) waits for this lock, and then sees that they are there.
    await visit_places.lock_worker(work, worker)
    if worker not in await visit_places.list_workers(work, visit.id):
        raise FailedPrecondition("VISIT_NOT_YOURS")
    require_time_to_begin(visit, work.now)
    if any(record.worker == worker for record in await visit_records.list_of_visit(work, visit.id)):
        raise FailedPrecondition("RECORD_BEGUN")
    return visit, new_record(work.new_id(), visit, worker)


async def require_own_record(work: UnitOfWork, record_id: UUID, shown: int) -> VisitRecord:
    """The record, locked, for the worker who wrote it. `shown` is the version on the page.

    Raises NotFound RECORD_UNKNOWN, NotAllowed NOT_YOURS or PERSON_NEEDED, Conflict VERSION_STALE.
    """
    worker = await hats.require_person(work)
    record = await visit_records.get(work, record_id)
    if record.worker != worker:
        raise NotAllowed("NOT_YOURS")
    require_version(record, shown)
    return record


async def require_persons_record(work: UnitOfWork, record_id: UUID, shown: int) -> tuple[VisitRecord, UUID, UUID]:
    """The record, locked, for the person it is about, for who shared the visit, and for who acts for one of them; who calls, and in whose
    name.

    Raises NotFound RECORD_UNKNOWN, Conflict VERSION_STALE, NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    principal = await acting.require_principal(work, SCOPE)
    record = await visit_records.get(work, record_id)
    shared = await visit_sharers.find(work, record.visit)
    whose = principal if shared is not None and principal == shared.sharer else record.person
    caller = await acting.require_self_or_acting(work, whose, SCOPE)
    require_version(record, shown)
    return record, caller, whose


def statement(work: UnitOfWork, by: UUID | None) -> Statement:
    """What somebody says now; nobody is the timer."""
    return Statement(work.new_id(), by, work.now)
