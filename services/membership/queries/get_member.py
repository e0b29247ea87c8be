"""One member's entry in the register: the caller's own, or anybody's for a secretary, which is audited."""

from datetime import date
from uuid import UUID

from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.membership.storage import members


async def get_member(work: UnitOfWork, today: date, person: UUID) -> members.Member:
    """Raises NotAllowed HAT_NEEDED, NotFound MEMBER_UNKNOWN."""
    if work.caller.person != person:
        await hats.require(work, hats.SECRETARY)
    member = await members.find(work, person, today)
    if member is None:
        raise NotFound("MEMBER_UNKNOWN")
    await audit.record_read(work, "register entry", "get", person)
    return member
