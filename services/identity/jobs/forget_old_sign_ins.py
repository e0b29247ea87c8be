"""Deletes failed sign-ins after a day, and sessions a year after they ended."""

from datetime import timedelta

from libs.database.engine import UnitOfWork
from libs.host.component import Job
from services.identity.storage import sessions

_KEEP_FAILURES = timedelta(days=1)
_KEEP_SESSIONS = timedelta(days=365)


async def forget_old_sign_ins(work: UnitOfWork) -> int:
    return await sessions.delete_old(work, failures_before=work.now - _KEEP_FAILURES, sessions_before=work.now - _KEEP_SESSIONS)


JOB = Job("forget_old_sign_ins", forget_old_sign_ins, every_seconds=3600)
