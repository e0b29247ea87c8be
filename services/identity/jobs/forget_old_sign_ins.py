"""Deletes failed sign-ins, requests for links and challenges for passkeys after two hours, requests to sign in again when they are over,
sessions a year after they ended, and the hashes of passwords that were removed.
"""

from datetime import timedelta

from libs.database.engine import UnitOfWork
from libs.host.component import Job
from services.identity.storage import passkey_challenges, password_attempts, passwords, recovery_requests, sessions, ways_to_be_told

_KEEP_FAILURES = timedelta(hours=2)
_KEEP_BROWSERS = timedelta(days=400)
"""As long as browsers keep the cookie."""
_KEEP_RECOVERIES = timedelta(days=1)
"""After they expired."""
_KEEP_SESSIONS = timedelta(days=365)


async def forget_old_sign_ins(work: UnitOfWork) -> int:
    deleted = await password_attempts.delete_old(work, work.now - _KEEP_FAILURES)
    deleted += await ways_to_be_told.delete_old_link_requests(work, work.now - _KEEP_FAILURES)
    deleted += await passkey_challenges.delete_old(work, work.now - _KEEP_FAILURES)
    deleted += await sessions.delete_old(work, work.now - _KEEP_SESSIONS)
    deleted += await password_attempts.delete_old_browsers(work, work.now - _KEEP_BROWSERS)
    deleted += await recovery_requests.delete_old(work, work.now - _KEEP_RECOVERIES)
    return deleted + await passwords.delete_removed(work)


JOB = Job("forget_old_sign_ins", forget_old_sign_ins, every_seconds=3600)
