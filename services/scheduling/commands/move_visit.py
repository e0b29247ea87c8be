"""Somebody in a person's team proposes another time for a visit; the person's own proposal is agreed with that."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.commands.free_places import free_places
from services.scheduling.commands.keep_gaps import require_gaps_kept
from services.scheduling.commands.same_time import has_another_then
from services.scheduling.commands.team_access import require_visit_in_team
from services.scheduling.commands.tell import Notice, tell
from services.scheduling.domain.visit import agree, make_time, move
from services.scheduling.storage import events_out, sharings, visit_records, visits


@dataclass(frozen=True)
class MovedVisit:
    """Its new version, and whether another one to the person is at the new time."""

    version: int
    overlaps: bool


async def move_visit(
    work: UnitOfWork, visit_id: UUID, shown: int, day: date | None, start: int, minutes: int, *, zone: ZoneInfo
) -> MovedVisit:
    """`start` is in local minutes since midnight.

    Raises what `require_visit_in_team`, `make_time` and `require_gaps_kept` raise, FailedPrecondition VISIT_OVER or VISIT_STARTED.
    """
    await sharings.lock_of_visit(work, visit_id)
    visit, principal = await require_visit_in_team(work, visit_id, shown)
    caller, when = await hats.require_person(work), make_time(zone, day, start, minutes, work.now)
    moved = move(visit, when, caller, work.now)
    await visit_records.require_not_begun(work, visit.id)
    await require_gaps_kept(work, visit, when)
    await events_out.visit_moved(work, moved, when, caller)
    if principal == visit.person:
        moved = agree(moved, caller, work.now)
        await events_out.visit_agreed(work, moved)
        await free_places(work, visit, moved)
    await tell(work, Notice.AGREED if principal == visit.person else Notice.MOVE_PROPOSED, moved, {visit.person})
    await visits.save(work, moved)
    return MovedVisit(moved.version, await has_another_then(work, visit.person, when, visit.id))
