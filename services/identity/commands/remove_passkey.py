"""Removes one of the caller's passkeys, and ends their other sessions that a passkey began: the device may be in other hands."""

from uuid import UUID

from libs import callers
from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent
from libs.refusals import NotFound
from services.identity.commands.caller_session import require_caller_session, require_unhelped
from services.identity.storage import events_out, passkeys, persons, sessions


async def remove_passkey(work: UnitOfWork, passkey: UUID) -> None:
    """Raises NotAllowed PERSON_NEEDED or NOT_WHILE_HELPED, NotSignedIn SESSION_ENDED, NotFound PASSKEY_UNKNOWN."""
    person = await hats.require_person(work)
    require_unhelped(work)
    await persons.lock(work, person)
    await require_caller_session(work)
    if not await passkeys.remove(work, person, passkey):
        raise NotFound("PASSKEY_UNKNOWN")
    strength = callers.AuthenticationStrength.PASSKEY
    ended = await sessions.end_by_strength(work, person, strength, keep=work.caller.session)
    await events_out.sessions_ended(work, person, ended, "passkey")
    await events_out.passkeys_removed(work, person, [passkey], "chosen")
    work.report(SecurityEvent.PASSKEY_REMOVED, person=str(person), sessions=str(len(ended)))
