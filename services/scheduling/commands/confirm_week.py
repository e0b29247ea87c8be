"""A worker says that a week of theirs is right, as they have seen it."""

from datetime import date
from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.domain.week_confirmation import WeekConfirmation, fingerprint_of, require_monday, require_seen
from services.scheduling.storage import visit_places, week_confirmations


async def confirm_week(work: UnitOfWork, monday: date | None, shown: str, *, zone: ZoneInfo) -> None:
    """Raises NotAllowed PERSON_NEEDED, Invalid WEEK_UNKNOWN, Conflict WEEK_CHANGED."""
    worker = await hats.require_person(work)
    first = require_monday(monday, work.now.astimezone(zone).date())
    # What a colleague's yes changes at this instant is either seen here, or comes after.
    await visit_places.lock_worker(work, worker)
    fingerprint = fingerprint_of(await week_confirmations.list_times(work, worker, first))
    require_seen(shown, fingerprint)
    await week_confirmations.save(work, WeekConfirmation(worker, first, fingerprint, work.now))
