"""A person's class and vote right on a day: one's own, or another's by a secretary, which is written down."""

from datetime import date
from uuid import UUID

from libs.access import audit, hats
from libs.database.engine import Work
from services.membership.domain.standing import Standing
from services.membership.storage import members


async def get_standing(work: Work, person: UUID, day: date) -> Standing | None:
    """None when they were no member that day. Raises NotAllowed HAT_NEEDED."""
    if work.caller.person != person:
        await hats.require(work, hats.SECRETARY)
    await audit.note_read(work, "standing", "get", person)
    return (await members.timeline(work, person)).as_of(day)
