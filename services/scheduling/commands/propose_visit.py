"""Somebody in a person's team proposes a visit; what the person proposes themselves is agreed with that."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.commands.same_time import has_another_then
from services.scheduling.commands.team_access import require_in_team
from services.scheduling.commands.tell import Notice, tell
from services.scheduling.domain.visit import Visit, agree, make_time, propose
from services.scheduling.storage import events_out, visits


@dataclass(frozen=True)
class ProposedVisit:
    """A visit, and whether another one to the person, planned or proposed, is at its time: that may be right, or a mistake."""

    visit: Visit
    overlaps: bool


async def propose_visit(
    work: UnitOfWork, person: UUID, day: date | None, start: int, minutes: int, workers: int, *, zone: ZoneInfo
) -> ProposedVisit:
    """`start` is in local minutes since midnight. Raises what `require_in_team`, `make_time` and `check_workers` raise."""
    team, principal = await require_in_team(work, person)
    caller = await hats.require_person(work)
    when = make_time(zone, day, start, minutes, work.now)
    visit = propose(work.new_id(), person, team, when, workers, caller)
    await events_out.visit_proposed(work, visit)
    if principal == person:
        visit = agree(visit, caller, work.now)
        await events_out.visit_agreed(work, visit)
    await tell(work, Notice.AGREED if principal == person else Notice.PROPOSED, visit, {person})
    await visits.add(work, visit)
    return ProposedVisit(visit, await has_another_then(work, person, when, visit.id))
