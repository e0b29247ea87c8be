"""A worker does not come to all visits of a series any more, from a day on. Nobody gives a reason."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from services.scheduling.commands.tell import Notice, tell_of_series, tell_sharers
from services.scheduling.domain.standing_place import end
from services.scheduling.storage import events_out, series, series_visits, standing_places, visit_places


async def end_standing_place(
    work: UnitOfWork,
    series_id: UUID,
    from_day: date | None,
    give_back: bool,  # noqa: FBT001 - a field of the request
    *,
    zone: ZoneInfo,
) -> int:
    """`give_back`: also the visits from that day on that they have taken. Returns how many are open again; the person is told once.

    Raises NotFound SERIES_UNKNOWN, NotAllowed PERSON_NEEDED, FailedPrecondition STANDING_PLACE_NOT_YOURS, and what
    `domain.standing_place.end` raises.
    """
    worker = await hats.require_person(work)
    today = work.now.astimezone(zone).date()
    running = await series.get(work, series_id, lock=True)
    to_come = await series_visits.lock_to_come(work, running.id, from_day) if give_back and from_day else []
    await visit_places.lock_worker(work, worker)
    place = await standing_places.find(work, running.id, worker)
    if place is None or (place.last_day is not None and place.last_day < today):
        raise FailedPrecondition("STANDING_PLACE_NOT_YOURS")
    ended = end(place, from_day, today)
    given_back = []
    for visit in to_come:
        if await visit_places.give_back(work, visit.id, worker):
            await events_out.visit_given_back(work, visit.id, visit.person, worker, "given_back")
            given_back.append(visit)
    await standing_places.end(work, ended)
    await events_out.standing_place_ended(work, ended, from_day, "ended")
    await tell_of_series(work, Notice.STANDING_ENDED, running.id, {running.person})
    await tell_sharers(work, Notice.GIVEN_BACK, given_back)
    return len(given_back)
