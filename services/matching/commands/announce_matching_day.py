"""A secretary announces a matching day: when entries close, when it is run, and what it is for.

Who looks for support or offers it openly is told. Nobody takes part by that.
"""

import secrets
from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from services.matching.domain import matching_day
from services.matching.domain.matching_day import DayPlan
from services.matching.storage import events_out, matching_days, projections, support_profiles

_SECRET_BYTES = 32


async def announce_matching_day(work: UnitOfWork, typed: DayPlan) -> UUID:
    """Raises NotAllowed HAT_NEEDED, FailedPrecondition NO_MATCHING_DAYS or ONE_DAY_AT_A_TIME, Invalid for a field."""
    await hats.require(work, hats.SECRETARY)
    rules = await projections.get_matching_rules(work)
    # Nobody is told it before the day has run; its hash binds us to it from now on.
    secret = secrets.token_hex(_SECRET_BYTES)
    announced = matching_day.announce(work.new_id(), typed, secret, work.now, rules)
    if not await matching_days.add(work, announced, secret):
        raise FailedPrecondition("ONE_DAY_AT_A_TIME")
    await events_out.matching_day_announced(work, announced, await support_profiles.list_who_are_open(work))
    return announced.id
