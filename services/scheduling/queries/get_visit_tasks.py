"""What is to be done at a visit, or at the visits of a series: the words for the person and who comes, the kinds for all in the team."""

from dataclasses import dataclass
from uuid import UUID

from libs.access import acting, audit
from libs.database.engine import UnitOfWork
from services.scheduling.domain.visit import SCOPE, Visit
from services.scheduling.storage import series, teams, visit_tasks, visits
from services.scheduling.storage.visit_tasks import TasksToDo


@dataclass(frozen=True)
class ReadTasks:
    """`of_series`: the visit has none of its own, and these are its series'. Who sees the visit and not its tasks reads an empty list."""

    person: UUID
    found: TasksToDo
    of_series: bool


async def get_visit_tasks(work: UnitOfWork, visit_id: UUID | None, series_id: UUID | None) -> ReadTasks:
    """Raises NotFound VISIT_UNKNOWN or SERIES_UNKNOWN, NotAllowed PERSON_NEEDED, ACTING_ENDED or ACTING_OUTSIDE_SCOPE."""
    principal = await acting.require_principal(work, SCOPE)
    if visit_id is not None:
        return await read_tasks(work, principal, await visits.get(work, visit_id))
    assert series_id is not None  # noqa: S101 - the request has one of the two
    of = await series.get(work, series_id)
    known, read = await visit_tasks.kinds_of_series(work, of.id), await visit_tasks.of_series(work, of.id)
    return ReadTasks(of.person, await _readable(work, principal, of.person, of.team, known, read), of_series=False)


async def read_tasks(work: UnitOfWork, principal: UUID, visit: Visit) -> ReadTasks:
    """Of a visit that the caller sees; `principal` is in whose name they call."""
    known, read = await visit_tasks.kinds_at(work, visit), await visit_tasks.of_visit(work, visit)
    found = await _readable(work, principal, visit.person, visit.team, known, read)
    return ReadTasks(visit.person, found, found.list is not None and found.list.series is not None)


async def _readable(work: UnitOfWork, principal: UUID, person: UUID, team: UUID, known: TasksToDo, read: TasksToDo) -> TasksToDo:
    """`read` if it is the list that holds, else what is `known` of that one without its words; audited."""
    found = read
    if read.list != known.list:
        # Who shares the visit is there too, and is not told what help the other one gets.
        if work.caller.acting_for or await teams.find_member(work, team, principal) is None:
            return TasksToDo()
        found = known
    await audit.record_read(work, "visit tasks", "view", person)
    return found
