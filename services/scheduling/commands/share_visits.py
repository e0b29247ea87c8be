"""Makes visits shared by an agreement: those to come, and those that a series makes later."""

from collections.abc import Iterable

from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from libs.refusals import AlreadyExists, FailedPrecondition
from services.scheduling.domain.sharing import Sharing, VisitSharer, can_be_shared
from services.scheduling.domain.visit import Visit, require_not_started
from services.scheduling.storage import series_visits, sharings, visit_places, visit_records, visit_sharers, visits
from services.scheduling.storage.visits import TAKES_PLACE


async def share_visits(work: UnitOfWork, agreed: Sharing) -> int:
    """Those to come on its days; how many. One to which somebody comes already who is not in both teams stays as it is.

    Raises FailedPrecondition SHARING_NOBODY_IN_BOTH; of one visit also VISIT_NOT_AGREED, VISIT_STARTED or SHARING_WORKER_NOT_IN_BOTH, and
    AlreadyExists SHARING_EXISTS.
    """
    async with all_rows(work):
        if agreed.visit is not None:
            found = [await _one_to_come(work, agreed)]
        elif agreed.series is not None:
            found = [visit for visit in await series_visits.lock_to_come(work, agreed.series) if agreed.holds_on(visit.day)]
        else:
            found = []
        # Only now: who left a team while this waited for the visits is in both no more.
        in_both = await visit_sharers.workers_in_both(work, agreed.person, agreed.sharer)
        if not in_both:
            raise FailedPrecondition("SHARING_NOBODY_IN_BOTH")
        coming = await visit_places.list_workers_of(work, [visit.id for visit in found])
        fitting = [visit for visit in found if can_be_shared(coming[visit.id], in_both)]
        if agreed.visit is not None and not fitting:
            raise FailedPrecondition("SHARING_WORKER_NOT_IN_BOTH")
        shared = await _add(work, agreed, fitting)
        if agreed.visit is not None and not shared:
            raise AlreadyExists("SHARING_EXISTS")
        return shared


async def share_new_visits(work: UnitOfWork, new: Iterable[Visit]) -> None:
    """Those that a series has just made, for those who share the series on their day; nobody comes to them yet."""
    by_series: dict[object, list[Visit]] = {}
    for visit in new:
        by_series.setdefault(visit.series, []).append(visit)
    async with all_rows(work):
        for made in by_series.values():
            for sharing in await sharings.lock_of_series(work, made[0].series or made[0].id):
                await _add(work, sharing, [visit for visit in made if sharing.holds_on(visit.day)])


async def _one_to_come(work: UnitOfWork, agreed: Sharing) -> Visit:
    visit = await visits.get(work, agreed.visit or agreed.id, lock=True)
    if visit.state.value not in TAKES_PLACE:
        raise FailedPrecondition("VISIT_NOT_AGREED")
    require_not_started(visit, work.now)
    await visit_records.require_not_begun(work, visit.id)
    if not agreed.holds_on(visit.day):
        # It has moved to another day since it was proposed.
        raise FailedPrecondition("SHARING_OVER")
    return visit


async def _add(work: UnitOfWork, agreed: Sharing, found: Iterable[Visit]) -> int:
    parts = agreed.id, agreed.person_part, agreed.sharer_part
    rows = [VisitSharer(visit.id, agreed.sharer, agreed.person, visit.team, *parts, visit.starts, visit.ends) for visit in found]
    return sum([await visit_sharers.add(work, row) for row in rows])
