"""The owner gives a member of the team a kind of task, for which the rulebook asks for credentials."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1.enums import TaskKind
from libs.access import audit
from libs.database.engine import UnitOfWork
from services.matching.commands.team_access import owned_team
from services.matching.domain.task import TeamTask, require_clearance
from services.matching.storage import events_out, tasks
from services.matching.storage.clearance import clearance_of


async def assign_task(work: UnitOfWork, team_id: UUID, person: UUID, kind: TaskKind, *, zone: ZoneInfo) -> date | None:
    """Returns its last day. Assigning it again changes nothing.

    Raises NotFound TEAM_UNKNOWN, NotAllowed NOT_TEAM_OWNER, FailedPrecondition NOT_IN_TEAM, TASK_NEEDS_CREDENTIALS or
    TASK_NOT_FOR_VOLUNTEERS.
    """
    await owned_team(work, team_id)
    await audit.record_read(work, "team", "view", person)
    until_day = require_clearance(await clearance_of(work, team_id, person, kind, work.now.astimezone(zone).date()))
    before = await tasks.find(work, team_id, person, kind)
    if before is None or before.until_day != until_day:
        # Credentials that change as this is written, or a place that ends, are not missed: the job looks once more.
        task = TeamTask(team_id, person, kind, work.now, until_day, check_again=True)
        await tasks.save(work, task)
        await events_out.task_assigned(work, task)
    return until_day
