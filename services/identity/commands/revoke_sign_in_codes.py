"""Revokes every sign-in code of a person and ends the sessions that somebody who found a code may have started."""

from uuid import UUID

from libs.access import hats
from libs.callers import AuthenticationStrength
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.identity.storage import persons, sessions, sign_in_codes


async def revoke_sign_in_codes(work: UnitOfWork, person: UUID) -> int:
    """Returns how many codes were still valid. Allowed to the person and to a secretary; the caller's own session goes on."""
    if work.caller.person != person:
        await hats.require(work, hats.SECRETARY)
    if not await persons.exists(work, person):
        raise NotFound("PERSON_UNKNOWN")
    await sessions.end_other_sessions(work, person, (AuthenticationStrength.LINK, AuthenticationStrength.CARD))
    return await sign_in_codes.revoke_all(work, person)
