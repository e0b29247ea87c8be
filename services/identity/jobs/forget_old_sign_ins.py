"""Failed sign-ins are forgotten after a day, sessions a year after they ended."""

from datetime import timedelta

from libs.database.engine import Work
from libs.host.component import Job
from services.identity.storage import sessions

_FAILURES = timedelta(days=1)
_SESSIONS = timedelta(days=365)


async def forget_old_sign_ins(work: Work) -> int:
    return await sessions.forget(work, failures_before=work.now - _FAILURES, sessions_before=work.now - _SESSIONS)


JOB = Job("forget_old_sign_ins", forget_old_sign_ins, every_seconds=3600)
