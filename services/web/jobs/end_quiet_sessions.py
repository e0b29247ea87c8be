"""Ends sessions on shared devices that nobody used for their quiet time, once a minute.

The pages refuse them from the first second on. Identity is told, so that no other service takes their tokens and the person's list says
when they ended; its event then deletes our row.
"""

import contextlib
from collections.abc import Awaitable, Callable, Sequence

from libs.database.engine import UnitOfWork
from libs.host.component import Job
from libs.refusals import Unavailable
from services.web.storage import sessions


def end_quiet_sessions_job(end_at_identity: Callable[[Sequence[str]], Awaitable[int]]) -> Job:
    """`end_at_identity` ends sessions by their ids at identity, and returns how many ended."""

    async def end_quiet_sessions(work: UnitOfWork) -> int:
        quiet = await sessions.list_quiet(work)
        # While identity is away the pages refuse these sessions all the same.
        with contextlib.suppress(Unavailable):
            return await end_at_identity(quiet) if quiet else 0
        return 0

    return Job("end_quiet_sessions", end_quiet_sessions, every_seconds=60)
