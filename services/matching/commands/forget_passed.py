"""Forgets who was suggested to whom, once no figure asks for it any more, call-outs and posts whose last day is over, and the ranks of
matching days that are long over.
"""

from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from services.matching.domain.exposure import first_week
from services.matching.storage import call_outs, day_entries, peer_posts, projections, showings


async def forget_passed(work: UnitOfWork, *, zone: ZoneInfo) -> int:
    """Returns how many. `zone` decides which day it is."""
    today = work.now.astimezone(zone).date()
    passed = await call_outs.forget_before(work, today) + await peer_posts.forget_before(work, today)
    kept_days = (await projections.get_matching_rules(work)).ranks_kept_days
    passed += await day_entries.forget_before(work, work.now, kept_days)
    return await showings.forget_before(work, first_week(today)) + passed
