"""A worker or volunteer of the team will come. Nobody has to allow it: the person agreed to the visit, and the team is theirs."""

from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import AlreadyExists, FailedPrecondition, NotAllowed
from services.scheduling.commands.tell import Notice, tell
from services.scheduling.domain.visit import COMES_AS, PAID, require_free_place, require_version
from services.scheduling.domain.worker_hours import KEPT_IN_VIEW, require_rest
from services.scheduling.storage import clearance, events_out, teams, visit_places, visits
from services.scheduling.storage.visit_places import VisitPlace


async def take_visit(work: UnitOfWork, visit_id: UUID, shown: int, *, zone: ZoneInfo) -> None:
    """Raises NotFound VISIT_UNKNOWN, FailedPrecondition NOT_IN_TEAM, VISIT_OVER, VISIT_NOT_AGREED, VISIT_STARTED or VISIT_NEEDS_CREDENTIALS
    with `kinds`, NotAllowed VISIT_FOR_WORKERS, AlreadyExists VISIT_TAKEN, VISIT_YOURS or WORKER_ELSEWHERE, Conflict VERSION_STALE, and what
    `require_rest` raises.
    """
    worker = await hats.require_person(work)
    visit = await visits.get(work, visit_id, lock=True)
    await visit_places.lock_worker(work, worker)
    member = await teams.find_member(work, visit.team, worker)
    if member is None:
        raise FailedPrecondition("NOT_IN_TEAM")
    if member.kind not in COMES_AS:
        raise NotAllowed("VISIT_FOR_WORKERS")
    coming = await visit_places.list_workers(work, visit.id)
    if worker in coming:
        raise AlreadyExists("VISIT_YOURS")
    require_free_place(visit, len(coming), work.now)
    require_version(visit, shown)
    paid = member.kind == PAID
    if paid and (missing := await clearance.missing_for_visit(work, worker, visit.day)):
        raise FailedPrecondition("VISIT_NEEDS_CREDENTIALS", kinds=" ".join(missing))
    place = VisitPlace(
        visit.id,
        worker,
        visit.person,
        visit.team,
        visit.starts,
        visit.ends,
        paid,
        coming=True,
        joined_at=member.joined_at,
        taken_at=work.now,
    )
    await visit_places.take(work, place)
    if paid:
        times = await visit_places.list_paid_times(work, worker, visit.starts, KEPT_IN_VIEW)
        times.remove((visit.starts, visit.ends))
        require_rest(zone, times, (visit.starts, visit.ends))
    await events_out.visit_taken(work, place)
    await tell(work, Notice.TAKEN, visit, {visit.person})
