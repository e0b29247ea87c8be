"""Every code of a person becomes worthless, and so does what a finder may have begun with one."""

from uuid import UUID

from libs.access import hats
from libs.callers import Strength
from libs.database.engine import Work
from libs.refusals import NotFound
from services.identity.storage import codes, persons, sessions


async def revoke_sign_in_codes(work: Work, person: UUID) -> int:
    """How many codes were still good. The person may, and a secretary; the session that asks goes on."""
    if work.caller.person != person:
        await hats.require(work, hats.SECRETARY)
    if not await persons.is_there(work, person):
        raise NotFound("PERSON_UNKNOWN")
    await sessions.end_all(work, person, (Strength.LINK, Strength.CARD))
    return await codes.revoke_all(work, person)
