"""A worker is away for some days, or from now on until they say that they are back. Nobody says why, and nobody has to allow it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.commands.tell import Notice, tell
from services.scheduling.domain.away import go_away
from services.scheduling.domain.visit import Visit
from services.scheduling.storage import away, events_out, visit_places, visit_sharers, visits


@dataclass(frozen=True)
class SaidAway:
    """`given_back`: how many visits are open again."""

    id: UUID
    given_back: int


async def say_away(work: UnitOfWork, first: date | None, last: date | None, *, zone: ZoneInfo) -> SaidAway:
    """What they had taken in that time and has not started is open again at once; each person is told once. Said twice, it is there once.

    Raises NotAllowed PERSON_NEEDED, and what `go_away` raises.
    """
    worker = await hats.require_person(work)
    new = go_away(work.new_id(), worker, zone, first, last, work.now)
    # A take that is under way is either given back here, or sees this and is refused.
    await visit_places.lock_worker(work, worker)
    if (said_before := await away.find_covering(work, new)) is not None:
        return SaidAway(said_before, 0)
    await away.add(work, new)
    freed, given_back = list[Visit](), dict[UUID, list[Visit]]()
    for visit_id in await away.list_taken_then(work, new):
        visit = await visits.get(work, visit_id)
        if await visit_places.give_back(work, visit.id, worker):
            await events_out.visit_given_back(work, visit.id, visit.person, worker, "away")
            freed.append(visit)
            for person in sorted(await visit_sharers.everybody_at(work, visit)):
                given_back.setdefault(person, []).append(visit)
    for person, of_person in given_back.items():
        await tell(work, Notice.GIVEN_BACK if len(of_person) == 1 else Notice.SEVERAL_GIVEN_BACK, of_person[-1], {person})
    return SaidAway(new.id, len(freed))
