"""A worker says that the average week does not bind them, from a day on. Nobody can say it for them."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from services.scheduling.domain.opt_out import OptOut, require_opt_out
from services.scheduling.storage import opt_outs, visit_places


async def say_opt_out(work: UnitOfWork, first_day: date | None, is_adult: bool, *, zone: ZoneInfo) -> UUID:  # noqa: FBT001 - a field of the request
    """Raises NotAllowed PERSON_NEEDED or NOT_YOURS, and what `require_opt_out` raises."""
    worker = await hats.require_person(work)
    if work.caller.acting_for is not None:
        raise NotAllowed("NOT_YOURS")
    # Who says it twice at one moment says it once.
    await visit_places.lock_worker(work, worker)
    earlier = (await opt_outs.list_of(work, {worker})).get(worker, [])
    first = require_opt_out(first_day, work.now.astimezone(zone).date(), earlier, is_adult=is_adult)
    new = OptOut(work.new_id(), worker, first, None, work.now)
    await opt_outs.add(work, new)
    return new.id
