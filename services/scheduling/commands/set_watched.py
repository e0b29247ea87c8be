"""A person says which visits to them are watched over: all, those of a series, or one; by default none is."""

from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.scheduling.domain.visit import SCOPE
from services.scheduling.storage import series, visits, watch_choices
from services.scheduling.storage.watch_choices import WatchChoice


async def set_watched(
    work: UnitOfWork,
    person: UUID,
    series_id: UUID | None,
    visit_id: UUID | None,
    watched: bool,  # noqa: FBT001 - a field of the request
) -> None:
    """It counts for visits that start from now on.

    Raises NotFound VISIT_UNKNOWN or SERIES_UNKNOWN, NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    caller = await acting.require_self_or_acting(work, person, SCOPE)
    if visit_id is not None and (await visits.get(work, visit_id)).person != person:
        raise NotFound("VISIT_UNKNOWN")
    if series_id is not None and (await series.get(work, series_id)).person != person:
        raise NotFound("SERIES_UNKNOWN")
    await watch_choices.choose(work, WatchChoice(work.new_id(), person, series_id, visit_id, watched, caller, work.now))
