"""A member does a kind of task no longer: they hand it back, or the owner takes it."""

from uuid import UUID

from kith.matching.v1.enums import TaskKind
from libs.access import acting
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from services.matching.domain.support_profile import SCOPE
from services.matching.domain.team import require_owner
from services.matching.storage import events_out, tasks, teams


async def end_task(work: UnitOfWork, team_id: UUID, person: UUID, kind: TaskKind) -> None:
    """Raises NotFound TEAM_UNKNOWN, NotAllowed NOT_TEAM_OWNER, FailedPrecondition TASK_NOT_ASSIGNED."""
    caller, team = await acting.require_principal(work, SCOPE), await teams.get(work, team_id, lock=True)
    if caller != person:
        require_owner(team, caller)
    task = await tasks.find(work, team_id, person, kind)
    if task is None:
        raise FailedPrecondition("TASK_NOT_ASSIGNED")
    await tasks.remove(work, task)
    await events_out.task_ended(work, task)
