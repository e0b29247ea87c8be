"""A worker or volunteer of the team comes to all visits of a series from now on: the open ones, and each that is made later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.commands.take_series import TakenSeries, take_visits_of
from services.scheduling.commands.tell import Notice, tell_of_series
from services.scheduling.domain import standing_place
from services.scheduling.domain.standing_place import StandingPlace
from services.scheduling.domain.taking import reason_of_place
from services.scheduling.domain.visit_series import require_running, require_version
from services.scheduling.storage import events_out, series, standing_places, teams


@dataclass(frozen=True)
class TakenStandingPlace:
    """From which day on later visits take the worker, and what came of those that are made already."""

    since: date
    visits: TakenSeries


async def take_standing_place(
    work: UnitOfWork, series_id: UUID, version: int, shown: Sequence[tuple[UUID, int]], *, zone: ZoneInfo
) -> TakenStandingPlace:
    """`shown` are the open visits on the page with their versions, `version` that of the series.

    Raises NotFound SERIES_UNKNOWN, NotAllowed PERSON_NEEDED or VISIT_FOR_WORKERS, Invalid TOO_MANY_VISITS, Conflict VERSION_STALE,
    FailedPrecondition SERIES_NOT_AGREED, SERIES_OVER or NOT_IN_TEAM, and what `domain.standing_place.take` raises.
    """
    worker = await hats.require_person(work)
    today = work.now.astimezone(zone).date()
    # While it is locked none of its visits is made, and nobody else takes a place in it.
    running = await series.get(work, series_id, lock=True)
    require_running(running, today)
    require_version(running, version)
    taken = await take_visits_of(work, running, worker, shown, zone=zone, unseen=True)
    # The worker is locked by now: who leaves the team at the same moment has left, or loses this place with it.
    member = await teams.find_member(work, running.team, worker)
    if reason := reason_of_place(member.kind if member else ""):
        raise reason
    new = StandingPlace(running.id, worker, today, member.joined_at if member else work.now)
    place = standing_place.take(running, new, await standing_places.list_of(work, [running.id], today))
    await standing_places.take(work, place)
    await events_out.standing_place_taken(work, place)
    await tell_of_series(work, Notice.STANDING_TAKEN, running.id, {running.person})
    return TakenStandingPlace(place.since, taken)
