"""The session of the caller, looked up in our own tables: what changes a way to sign in does not rely on news of ended sessions."""

from libs.database.engine import UnitOfWork
from libs.refusals import NotSignedIn
from services.identity.domain.session import Session
from services.identity.storage import sessions


async def require_caller_session(work: UnitOfWork) -> Session | None:
    """The caller's session; None when the caller has none (the `kith` command, a job). Raises NotSignedIn SESSION_ENDED."""
    if work.caller.session is None:
        return None
    session = await sessions.find(work, work.caller.session)
    if session is None or not session.is_live(work.now):
        raise NotSignedIn("SESSION_ENDED")
    return session
