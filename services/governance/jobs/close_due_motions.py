"""When a motion's time is over it is counted."""

from libs.database.engine import Work
from libs.host.component import Job
from libs.observe.logs import logger
from services.governance.commands.count_motion import count_motion
from services.governance.storage import motions

LOG = logger("governance")


async def close_due_motions(work: Work) -> int:
    """How many were counted."""
    counted = 0
    for motion in await motions.due(work):
        try:
            async with work.connection.begin_nested():
                await count_motion(work, motion)
            counted += 1
        except (ValueError, LookupError) as error:
            # One motion that cannot be counted, under rules this version no longer reads, must not keep the others waiting.
            LOG.error("motion_uncountable", motion=str(motion.id), error=type(error).__name__)
    return counted


JOB = Job("close_due_motions", close_due_motions, due=motions.next_close)
