"""Deletes files that nobody went on handing in for a day."""

from datetime import timedelta

from libs.database.engine import UnitOfWork
from libs.files.store import delete_unfinished
from libs.host.component import Job

_KEEP = timedelta(days=1)


async def forget_unfinished_files(work: UnitOfWork) -> int:
    return await delete_unfinished(work, work.now - _KEEP)


JOB = Job("forget_unfinished_files", forget_unfinished_files, every_seconds=3600)
