"""Job that counts motions when their voting ends."""

from libs.database.engine import UnitOfWork
from libs.host.component import Job
from libs.observe.logs import logger
from services.governance.commands.count_motion import count_motion
from services.governance.storage import motions

LOG = logger("governance")


async def close_due_motions(work: UnitOfWork) -> int:
    """Count all due motions; return how many were counted."""
    counted = 0
    for motion in await motions.list_due(work):
        try:
            async with work.connection.begin_nested():
                await count_motion(work, motion)
            counted += 1
        except (ValueError, LookupError) as error:
            # A motion that cannot be counted, under rules this version no longer reads, must not block the others.
            LOG.error("motion_uncountable", motion=str(motion.id), error=type(error).__name__)
    return counted


JOB = Job("close_due_motions", close_due_motions, due=motions.next_close)
