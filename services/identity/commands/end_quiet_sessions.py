"""Ends sessions on shared devices that nobody used for their quiet time. Web, which sees each use, says which."""

from collections.abc import Sequence
from uuid import UUID

from libs import callers
from libs.database.engine import UnitOfWork
from libs.refusals import invalid
from services.identity.storage import events_out, sessions

END_QUIET_CALLER = callers.job("end_quiet_sessions")
_AT_MOST = 200


async def end_quiet_sessions(work: UnitOfWork, ids: Sequence[UUID]) -> int:
    """Returns how many ended: sessions without a quiet time go on. Raises Invalid TOO_MANY_SESSIONS."""
    if len(ids) > _AT_MOST:
        raise invalid("session_ids", "TOO_MANY_SESSIONS")
    by_person = await sessions.end_quiet(work, ids)
    for person, ended in by_person.items():
        await events_out.sessions_ended(work, person, ended, "quiet")
    return sum(map(len, by_person.values()))
