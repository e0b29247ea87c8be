"""Forgets who was suggested to whom, once no figure asks for it any more, and what is over: call-outs, posts, asks between co-ops, ranks of
matching days and concerns, each for as long as the rulebook keeps them.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

from libs.database.engine import UnitOfWork
from libs.rulebook import ConcernRules
from services.matching.domain.co_op_ask import TOLD_FOR
from services.matching.domain.exposure import first_week
from services.matching.storage import call_outs, co_op_asks, concerns, day_entries, peer_posts, projections, received_asks, showings


async def forget_passed(work: UnitOfWork, *, zone: ZoneInfo) -> int:
    """Returns how many. `zone` decides which day it is."""
    today = work.now.astimezone(zone).date()
    passed = await call_outs.forget_before(work, today) + await peer_posts.forget_before(work, today)
    rules = await projections.get_matching_rules(work)
    kept = timedelta(days=rules.ask_days)
    passed += await co_op_asks.forget(work, kept) + await received_asks.forget(work, kept, TOLD_FOR)
    passed += await day_entries.forget_before(work, work.now, rules.ranks_kept_days)
    passed += await concerns.forget_over(work, ConcernRules().kept_days)
    return await showings.forget_before(work, first_week(today)) + passed
