"""How many members each class has on a day: for every member to know, and naming nobody."""

from datetime import date

from libs.access import hats
from libs.database.engine import Work
from libs.refusals import NotAllowed
from services.membership.storage import members


async def count_members(work: Work, day: date, today: date) -> dict[str, int]:
    """Raises NotAllowed MEMBERS_ONLY."""
    person = work.caller.person
    member = person is not None and (await members.timeline(work, person)).as_of(today) is not None
    if not member and not await hats.wears(work, hats.SECRETARY):
        raise NotAllowed("MEMBERS_ONLY")
    return await members.sizes(work, day)
