"""To whom of the team a worker could offer a visit of theirs, and for which visits of those."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from services.scheduling.domain.visit import COMES_AS, Visit, require_free_place
from services.scheduling.storage import swap_choices, teams, visit_places, visits
from services.scheduling.storage.swap_choices import OthersVisit


@dataclass(frozen=True)
class SwapChoices:
    """Visits by whose they are; a colleague without any is there too. In the order in which they joined the team."""

    visit: Visit
    visits: Mapping[UUID, Sequence[OthersVisit]]


async def get_swap_choices(work: UnitOfWork, visit_id: UUID) -> SwapChoices:
    """What they see of the team's visits anyway. Whether a colleague could come is not said: they answer for themselves.

    Raises NotAllowed PERSON_NEEDED, NotFound VISIT_UNKNOWN, FailedPrecondition VISIT_NOT_YOURS, and what `require_free_place` raises.
    """
    worker = await hats.require_person(work)
    visit = await visits.get(work, visit_id)
    coming = await visit_places.list_workers(work, visit.id)
    if worker not in coming:
        raise FailedPrecondition("VISIT_NOT_YOURS")
    require_free_place(visit, 0, work.now)
    members = await teams.list_members(work, visit.team)
    of_colleagues: dict[UUID, list[OthersVisit]] = {
        member.person: [] for member in members if member.kind in COMES_AS and member.person not in coming
    }
    for other in await swap_choices.list_others(work, visit.team, worker):
        if other.worker in of_colleagues:
            of_colleagues[other.worker].append(other)
    await audit.record_read(work, "visit", "list", visit.person)
    return SwapChoices(visit, of_colleagues)
