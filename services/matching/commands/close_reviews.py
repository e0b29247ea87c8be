"""Closes reviews whose time for an answer has gone by."""

from libs.database.engine import UnitOfWork
from services.matching.commands.part_ways import part_ways
from services.matching.domain.review import close_over_time
from services.matching.storage import reviews


async def close_reviews(work: UnitOfWork) -> int:
    """Returns how many. Where one side answered "end" and the other nothing, it ends: silence holds nobody."""
    due = await reviews.list_due(work)
    for review in due:
        closed = close_over_time(review, work.now)
        await reviews.save_review(work, closed)
        if closed.ends:
            await part_ways(work, closed)
    return len(due)
