"""A worker or volunteer of the team takes all the open visits of a series that they can, in one step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1.enums import VisitState
from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import Refusal, invalid
from services.scheduling.commands.take_place import take_place
from services.scheduling.commands.tell import Notice, tell_of_series, tell_sharers
from services.scheduling.domain.taking import NotTaken, reason_of_place
from services.scheduling.domain.visit import Visit
from services.scheduling.domain.visit_series import VisitSeries, is_at_its_time
from services.scheduling.storage import series, series_visits, teams, visit_places

MOST_AT_ONCE = 100


@dataclass(frozen=True)
class TakenSeries:
    """What came of it, in the order of the visits."""

    taken: list[UUID]
    not_taken: list[NotTaken]


async def take_series(work: UnitOfWork, series_id: UUID, shown: Sequence[tuple[UUID, int]], *, zone: ZoneInfo) -> TakenSeries:
    """`shown` are the visits on the page with their versions: nobody takes one at a time that they have not seen.

    Raises NotFound SERIES_UNKNOWN, NotAllowed PERSON_NEEDED, Invalid TOO_MANY_VISITS, FailedPrecondition NOT_IN_TEAM,
    NotAllowed VISIT_FOR_WORKERS.
    """
    worker = await hats.require_person(work)
    found = await series.get(work, series_id)
    member = await teams.find_member(work, found.team, worker)
    if reason := reason_of_place(member.kind if member else ""):
        raise reason
    result = await take_visits_of(work, found, worker, shown, zone=zone)
    if result.taken:
        await tell_of_series(work, Notice.SERIES_TAKEN, found.id, {found.person})
    return result


async def take_visits_of(
    work: UnitOfWork, found: VisitSeries, worker: UUID, shown: Sequence[tuple[UUID, int]], *, zone: ZoneInfo, unseen: bool = False
) -> TakenSeries:
    """Those that are shown; `unseen`: also open ones at the time of the series, which were made or given back since. The worker is locked
    with that. Raises Invalid TOO_MANY_VISITS.
    """
    if len(shown) > MOST_AT_ONCE:
        raise invalid("visits", "TOO_MANY_VISITS")
    result, versions = TakenSeries([], []), dict(shown)
    # All of them are locked first, in one order, and the worker after them, as `visit_places.lock_worker` asks for.
    to_come = await series_visits.lock_to_come(work, found.id)
    await visit_places.lock_worker(work, worker)
    if unseen:
        versions = {**await _open_at_their_time(work, found, to_come, worker), **versions}
    for visit in (visit for visit in to_come if visit.id in versions):
        try:
            async with work.savepoint():
                await take_place(work, visit, worker, versions[visit.id], zone=zone)
            result.taken.append(visit.id)
        except Refusal as refusal:
            result.not_taken.append(NotTaken(visit.id, refusal.reason, refusal.details))
    result.not_taken.extend(NotTaken(gone, "VISIT_OVER", {}) for gone in sorted(versions.keys() - {visit.id for visit in to_come}))
    await tell_sharers(work, Notice.TAKEN, [visit for visit in to_come if visit.id in result.taken])
    return result


async def _open_at_their_time(work: UnitOfWork, found: VisitSeries, to_come: Sequence[Visit], worker: UUID) -> Mapping[UUID, int]:
    """With their versions."""
    coming = await visit_places.list_workers_of(work, [visit.id for visit in to_come])
    return {
        visit.id: visit.version
        for visit in to_come
        if visit.state is VisitState.AGREED
        and is_at_its_time(found, visit)
        and worker not in coming[visit.id]
        and len(coming[visit.id]) < visit.workers
    }
