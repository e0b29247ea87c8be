"""Revokes every sign-in code of a person and ends the sessions that somebody who found a code may have started.

Somebody who found a card could also have set a password or added a passkey with it. So a secretary, who is rung up when a card is lost,
removes both too; the person sets them again with their new card.
"""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent
from libs.refusals import NotFound
from services.identity.commands.caller_session import require_caller_session, require_unhelped
from services.identity.storage import events_out, passkeys, password_attempts, passwords, persons, sessions, sign_in_codes


async def revoke_sign_in_codes(work: UnitOfWork, person: UUID) -> int:
    """Returns how many codes were still valid. Allowed to the person and to a secretary; the caller's own session goes on."""
    is_own = work.caller.person == person
    if not is_own:
        await hats.require(work, hats.SECRETARY)
    if not await persons.lock(work, person):
        raise NotFound("PERSON_UNKNOWN")
    require_unhelped(work)
    await require_caller_session(work)
    ended = await sessions.end_all(work, person, keep=work.caller.session if is_own else None)
    password_removed = not is_own and await passwords.remove(work, person)
    if not is_own:
        await events_out.passkeys_removed(work, person, await passkeys.remove_all(work, person), "revoked")
    await password_attempts.forget_browsers(work, person)
    revoked = await sign_in_codes.revoke_all(work, person)
    await events_out.sessions_ended(work, person, ended, "revoked")
    await events_out.sign_in_codes_revoked(work, person, password_removed=password_removed)
    work.report(SecurityEvent.CODES_REVOKED, person=str(person), codes=str(revoked), sessions=str(len(ended)))
    return revoked
