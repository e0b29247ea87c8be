"""Visits that have just been made take the workers who have a standing place in their series, by the rules of taking one."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.refusals import Refusal
from services.scheduling.commands.take_place import take_place
from services.scheduling.commands.tell import Notice, tell_of_series
from services.scheduling.domain.standing_place import holds_on
from services.scheduling.domain.visit import Visit
from services.scheduling.storage import standing_places, visit_places


async def take_planned_visits(work: UnitOfWork, made: Mapping[UUID, Sequence[Visit]], today: date, *, zone: ZoneInfo) -> None:
    """`made` has the new visits by series, and the series are locked. One that a worker cannot come to stays open, and stops no other.

    Of those of one series the worker is told once, and the person once: why is the worker's (ADR 58), who reads it on the series' page.
    """
    found = await standing_places.list_of(work, made.keys(), today)
    for worker in sorted({place.worker for place in found}):
        await visit_places.lock_worker(work, worker)
    refused: dict[UUID, set[UUID]] = {}
    # Again under the locks: somebody may have left meanwhile.
    for place in await standing_places.list_of(work, made.keys(), today):
        for visit in made[place.series]:
            if holds_on(place, visit.day) and not await _takes(work, visit, place.worker, zone):
                refused.setdefault(place.series, set()).add(place.worker)
    for series, workers in refused.items():
        await tell_of_series(work, Notice.STANDING_REFUSED, series, workers)
        await tell_of_series(work, Notice.STANDING_OPEN, series, {made[series][0].person})


async def _takes(work: UnitOfWork, visit: Visit, worker: UUID, zone: ZoneInfo) -> bool:
    try:
        async with work.savepoint():
            await take_place(work, visit, worker, visit.version, zone=zone)
    except Refusal:
        return False
    return True
