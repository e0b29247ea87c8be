"""Whether a member of a team may do a kind of task, by the projections of credentials and rulebook."""

from datetime import date
from uuid import UUID

from kith.matching.v1.enums import TaskKind
from libs.access import held_credentials
from libs.database.engine import UnitOfWork
from services.matching.domain.task import Clearance, check_task
from services.matching.domain.team import require_member
from services.matching.storage import teams


async def clearance_of(work: UnitOfWork, team: UUID, person: UUID, kind: TaskKind, today: date) -> Clearance:
    """Raises FailedPrecondition NOT_IN_TEAM."""
    member = require_member(await teams.find_member(work, team, person))
    rules, held = await held_credentials.get_rules(work), await held_credentials.list_of(work, person)
    return check_task(kind, member.kind, rules, held, today)
