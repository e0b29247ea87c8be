"""How many members each class has on a day. Every member may see it; it names nobody."""

from dataclasses import dataclass
from datetime import date

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from services.membership.storage import members


@dataclass(frozen=True)
class ClassSizes:
    """The number of members of each class on `day`."""

    day: date
    members: dict[str, int]


async def count_members(work: UnitOfWork, today: date, as_of: date | None) -> ClassSizes:
    """Raises NotAllowed MEMBERS_ONLY."""
    person = work.caller.person
    is_member = person is not None and (await members.get_timeline(work, person)).standing_on(today) is not None
    if not is_member and not await hats.wears(work, hats.SECRETARY):
        raise NotAllowed("MEMBERS_ONLY")
    day = as_of or today
    return ClassSizes(day, await members.count_by_class(work, day))
