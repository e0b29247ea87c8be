"""A secretary calls off a matching day that was not run yet: nobody is paired."""

from dataclasses import replace
from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.matching.domain.matching_day import require_not_over
from services.matching.storage import events_out, matching_days


async def call_off_matching_day(work: UnitOfWork, day_id: UUID) -> None:
    """Raises NotAllowed HAT_NEEDED, NotFound MATCHING_DAY_UNKNOWN, FailedPrecondition MATCHING_DAY_OVER."""
    await hats.require(work, hats.SECRETARY)
    day = await matching_days.get_to_change(work, day_id)
    require_not_over(day, work.now)
    await matching_days.save(work, replace(day, cancelled_at=work.now))
    await events_out.matching_day_called_off(work, day)
