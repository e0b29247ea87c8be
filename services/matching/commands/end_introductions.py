"""Ends introductions whose time has gone by without the yes of both."""

from libs.database.engine import UnitOfWork
from services.matching.commands.part_ways import end_introductions_now
from services.matching.domain.introduction import end_over_time
from services.matching.storage import introductions


async def end_introductions(work: UnitOfWork) -> int:
    """Returns how many. Silence and a no leave the same traces: from now on neither is proposed to the other."""
    due = await introductions.list_due(work)
    await end_introductions_now(work, [end_over_time(introduction, work.now) for introduction in due])
    return len(due)
