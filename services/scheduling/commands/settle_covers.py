"""Settles covers of which no visit needs anybody any more."""

from libs.database.engine import UnitOfWork
from services.scheduling.domain.cover import Settled, settle
from services.scheduling.storage import covers, events_out


async def settle_covers(work: UnitOfWork) -> int:
    """Returns how many."""
    covered = await covers.list_covered(work)
    for cover in covered:
        settled = settle(cover, Settled.COVERED, work.now)
        await covers.save_settled(work, settled)
        await events_out.cover_settled(work, settled)
    return len(covered)
