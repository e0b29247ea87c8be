"""One member as the register has them: oneself, or another by a secretary, which is written down."""

from uuid import UUID

from libs.access import audit, hats
from libs.database.engine import Work
from libs.refusals import NotFound
from services.membership.storage import members


async def get_member(work: Work, person: UUID) -> members.Member:
    """Raises NotAllowed HAT_NEEDED, NotFound MEMBER_UNKNOWN."""
    if work.caller.person != person:
        await hats.require(work, hats.SECRETARY)
    found = await members.find(work, person)
    if found is None:
        raise NotFound("MEMBER_UNKNOWN")
    await audit.note_read(work, "register entry", "get", person)
    return found
