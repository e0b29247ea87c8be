"""Ends a session."""

from uuid import UUID

from libs import callers
from libs.database.engine import UnitOfWork
from libs.refusals import NotSignedIn
from services.identity.commands.renew_token import require_live_session
from services.identity.domain.keyed_hasher import KeyedHasher
from services.identity.storage import events_out, sessions

SIGN_OUT_CALLER = callers.job("sign_out")


async def sign_out(work: UnitOfWork, session: UUID, key: str, keyed_hasher: KeyedHasher) -> None:
    """Signing out of a session that has ended is no error; without the key nothing happens and nothing is revealed."""
    try:
        live_session = await require_live_session(work, session, key, keyed_hasher)
    except NotSignedIn:
        return
    ended = await sessions.end_some(work, live_session.person, [live_session.id])
    await events_out.sessions_ended(work, live_session.person, ended, "signed_out")
