"""Every second: motions whose time is over are counted."""

from libs.database.engine import Work
from libs.host.component import Job
from services.governance.commands.count_motion import count_motion
from services.governance.storage import motions


async def close_due_motions(work: Work) -> int:
    """How many were counted."""
    due = await motions.due(work)
    for motion in due:
        await count_motion(work, motion)
    return len(due)


JOB = Job("close_due_motions", close_due_motions)
