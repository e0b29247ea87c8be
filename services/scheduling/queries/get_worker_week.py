"""Whether a worker has said that a week of theirs is right, for themselves alone."""

from datetime import date
from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.domain.week_confirmation import WorkerWeek, fingerprint_of, require_monday
from services.scheduling.storage import standing_places, week_confirmations


async def get_worker_week(work: UnitOfWork, monday: date | None, *, zone: ZoneInfo) -> WorkerWeek:
    """Raises NotAllowed PERSON_NEEDED, Invalid WEEK_UNKNOWN."""
    worker = await hats.require_person(work)
    first = require_monday(monday, work.now.astimezone(zone).date())
    fingerprint = fingerprint_of(await week_confirmations.list_times(work, worker, first))
    confirmation = await week_confirmations.find(work, worker, first)
    standing = await standing_places.list_series(work, worker, first)
    if confirmation is None:
        return WorkerWeek(fingerprint, None, changed_since=False, standing=standing)
    changed = confirmation.fingerprint != fingerprint
    return WorkerWeek(fingerprint, confirmation.confirmed_at, changed_since=changed, standing=standing)
