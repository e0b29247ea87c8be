"""The session of the caller, looked up in our own tables: what changes a way to sign in does not rely on news of ended sessions."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent, report_security_event
from libs.refusals import NotAllowed, NotSignedIn
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


async def require_recent_sign_in(work: UnitOfWork) -> None:
    """For what opens somebody's account to another: codes, and the address that links go to. An open browser may have been found.

    A link that the caller makes for themselves needs it too, or the finder would sign in with that. Nothing is asked of a caller without a
    session (the `kith` command). Raises NotSignedIn SESSION_ENDED, SIGN_IN_AGAIN, and the session goes on; NotAllowed NOT_WHILE_HELPED.
    """
    require_unhelped(work)
    session = await require_caller_session(work)
    if session is not None and not session.is_recent(work.now):
        # At once: a refusal undoes what waits for the commit.
        report_security_event(SecurityEvent.SIGN_IN_AGAIN_NEEDED, service="identity", by=work.caller.id, session=str(session.id))
        raise NotSignedIn("SIGN_IN_AGAIN")


def require_unhelped(work: UnitOfWork) -> None:
    """For ways to sign in, also of others for whom the person vouches: a helper must not be able to keep one after the person has gone.

    Raises NotAllowed NOT_WHILE_HELPED.
    """
    if work.caller.helped_by is not None:
        raise NotAllowed("NOT_WHILE_HELPED")


def require_not_to_helper(work: UnitOfWork, gains: UUID | None) -> None:
    """For rights that a person gives: not to somebody who helps them in this moment. Raises NotAllowed NOT_TO_YOUR_HELPER."""
    if gains is not None and gains == work.caller.helped_by:
        raise NotAllowed("NOT_TO_YOUR_HELPER")
