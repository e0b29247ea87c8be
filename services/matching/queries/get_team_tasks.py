"""Who in a team may do which kind of task, and who does: by the credentials that count today."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1.enums import TaskKind
from libs.access import acting, audit
from libs.database.engine import UnitOfWork
from services.matching.domain.support_profile import SCOPE
from services.matching.domain.task import Clearance, TeamTask, require_clearance
from services.matching.domain.team import require_owner
from services.matching.queries.get_team import open_team
from services.matching.storage import tasks, teams
from services.matching.storage.clearance import clearance_of


async def check_task(work: UnitOfWork, team_id: UUID, person: UUID, kind: TaskKind, *, zone: ZoneInfo) -> Clearance:
    """Raises NotFound TEAM_UNKNOWN, NotAllowed NOT_TEAM_OWNER, FailedPrecondition NOT_IN_TEAM or TASK_NOT_FOR_VOLUNTEERS."""
    caller, team = await acting.require_principal(work, SCOPE), await teams.get(work, team_id)
    if caller != person:
        require_owner(team, caller)
        await audit.record_read(work, "team", "view", person)
    clearance = await clearance_of(work, team_id, person, kind, work.now.astimezone(zone).date())
    if clearance.never:
        require_clearance(clearance)
    return clearance


async def get_team_tasks(work: UnitOfWork, team_id: UUID, *, zone: ZoneInfo) -> list[TeamTask]:
    """Those that count today, whatever the job has done yet. Raises what `open_team` raises."""
    await open_team(work, team_id)
    return await list_tasks(work, team_id, work.now.astimezone(zone).date())


async def list_tasks(work: UnitOfWork, team_id: UUID, today: date) -> list[TeamTask]:
    """Of a team that the caller may see."""
    return [task for task in await tasks.list_of(work, team_id) if (await clearance_of(work, team_id, task.person, task.kind, today)).given]
