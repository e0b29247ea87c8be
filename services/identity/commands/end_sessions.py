"""Ends one of the caller's own sessions, or all of them: "sign out everywhere"."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent
from services.identity.commands.caller_session import require_caller_session
from services.identity.storage import events_out, persons, sessions, sign_in_codes


async def end_sessions(work: UnitOfWork, session: UUID | None) -> int:
    """Without `session` every session ends, the caller's too, and no link that waits to be used begins another.

    Returns how many ended. Raises NotAllowed PERSON_NEEDED, NotSignedIn SESSION_ENDED.
    """
    person = await hats.require_person(work)
    await persons.lock(work, person)
    await require_caller_session(work)
    ended = await (sessions.end_some(work, person, [session]) if session else sessions.end_all(work, person))
    if not session:
        await sign_in_codes.revoke_links(work, person)
    await events_out.sessions_ended(work, person, ended, "chosen" if session else "everywhere")
    if ended:
        work.report(SecurityEvent.SESSIONS_ENDED, person=str(person), sessions=str(len(ended)))
    return len(ended)
