"""Forgets who was suggested to whom, once no figure asks for it any more, and call-outs and posts whose last day is over."""

from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from services.matching.domain.exposure import first_week
from services.matching.storage import call_outs, peer_posts, showings


async def forget_passed(work: UnitOfWork, *, zone: ZoneInfo) -> int:
    """Returns how many. `zone` decides which day it is."""
    today = work.now.astimezone(zone).date()
    passed = await call_outs.forget_before(work, today) + await peer_posts.forget_before(work, today)
    return await showings.forget_before(work, first_week(today)) + passed
