"""Forgets who was suggested to whom, once no figure asks for it any more, call-outs and posts whose last day is over, and concerns that
have been over for as long as the rulebook keeps them.
"""

from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.rulebook import ConcernRules
from services.matching.domain.exposure import first_week
from services.matching.storage import call_outs, concerns, peer_posts, showings


async def forget_passed(work: UnitOfWork, *, zone: ZoneInfo) -> int:
    """Returns how many. `zone` decides which day it is."""
    today = work.now.astimezone(zone).date()
    passed = await call_outs.forget_before(work, today) + await peer_posts.forget_before(work, today)
    passed += await concerns.forget_over(work, ConcernRules().kept_days)
    return await showings.forget_before(work, first_week(today)) + passed
