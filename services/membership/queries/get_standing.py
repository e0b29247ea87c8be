"""A person's class and voting right on a day: the caller's own, or anybody's for a secretary, which is audited."""

from datetime import date
from uuid import UUID

from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from services.membership.domain.membership_timeline import MembershipStanding
from services.membership.storage import members


async def get_standing(work: UnitOfWork, today: date, person: UUID, as_of: date | None) -> MembershipStanding | None:
    """None for somebody who was not a member that day. Raises NotAllowed HAT_NEEDED."""
    if work.caller.person != person:
        await hats.require(work, hats.SECRETARY)
    await audit.record_read(work, "standing", "get", person)
    return (await members.get_timeline(work, person)).standing_on(as_of or today)
