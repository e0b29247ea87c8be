"""All that a worker's yes to a visit depends on: the same rules for one visit and for all of a series."""

from uuid import UUID
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.refusals import AlreadyExists, FailedPrecondition, NotAllowed
from services.scheduling.domain.visit import COMES_AS, PAID, Visit, require_free_place, require_version
from services.scheduling.domain.worker_hours import KEPT_IN_VIEW, require_rest
from services.scheduling.storage import clearance, events_out, teams, visit_places, visits
from services.scheduling.storage.teams import TeamMember
from services.scheduling.storage.visit_places import VisitPlace


async def take_place(work: UnitOfWork, worker: UUID, visit_id: UUID, shown: int, *, zone: ZoneInfo) -> Visit:
    """The visit, to which the worker comes from now on. `shown` is the version on the page.

    Raises NotFound VISIT_UNKNOWN, FailedPrecondition VISIT_OVER, VISIT_NOT_AGREED, VISIT_STARTED or VISIT_NEEDS_CREDENTIALS with `kinds`,
    AlreadyExists VISIT_TAKEN, VISIT_YOURS or WORKER_ELSEWHERE, Conflict VERSION_STALE, and what `require_goes_to` and `require_rest` raise.
    """
    visit = await visits.get(work, visit_id, lock=True)
    member = await require_goes_to(work, visit.team, worker)
    coming = await visit_places.list_workers(work, visit.id)
    if worker in coming:
        raise AlreadyExists("VISIT_YOURS")
    require_free_place(visit, len(coming), work.now)
    require_version(visit, shown)
    paid = member.kind == PAID
    if paid and (missing := await clearance.missing_for_visit(work, worker, visit.day)):
        raise FailedPrecondition("VISIT_NEEDS_CREDENTIALS", kinds=" ".join(missing))
    await visit_places.lock_worker(work, worker)
    place = VisitPlace(visit.id, worker, visit.person, visit.team, visit.starts, visit.ends, paid, coming=True, taken_at=work.now)
    await visit_places.take(work, place)
    if paid:
        times = await visit_places.list_paid_times(work, worker, visit.starts, KEPT_IN_VIEW)
        times.remove((visit.starts, visit.ends))
        require_rest(zone, times, (visit.starts, visit.ends))
    await events_out.visit_taken(work, place)
    return visit


async def require_goes_to(work: UnitOfWork, team: UUID, worker: UUID) -> TeamMember:
    """Somebody who goes to the team's visits. Raises FailedPrecondition NOT_IN_TEAM, NotAllowed VISIT_FOR_WORKERS."""
    member = await teams.find_member(work, team, worker)
    if member is None:
        raise FailedPrecondition("NOT_IN_TEAM")
    if member.kind not in COMES_AS:
        raise NotAllowed("VISIT_FOR_WORKERS")
    return member
