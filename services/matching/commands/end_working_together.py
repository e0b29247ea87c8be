"""One of the two ends that they work together: the owner of the team ends the other's place, anybody else leaves it themselves."""

from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition, NotAllowed
from services.matching.commands.part_ways import leave_team
from services.matching.domain.concern import BETWEEN_TWO, Concern
from services.matching.domain.support_profile import SCOPE
from services.matching.storage import concerns, teams


async def end_working_together(work: UnitOfWork, concern_id: UUID) -> None:
    """Without a reason, as on the page of the team; `leave_team` takes the concern to its next step.

    Raises NotFound CONCERN_UNKNOWN, FailedPrecondition CONCERN_OVER or NOT_IN_TEAM, NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or
    ACTING_OUTSIDE_SCOPE.
    """
    own, concern = await acting.require_principal(work, SCOPE), await concerns.find(work, concern_id)
    if own not in concern.two:
        raise NotAllowed("NOT_YOURS")
    _require_open(concern)
    # The team before its concerns, as everybody locks them who leaves it.
    team = await teams.get(work, concern.team, lock=True)
    _require_open(await concerns.get(work, concern_id))
    member = await teams.find_member(work, team.id, concern.other(own) if own == team.owner else own)
    if member is None:
        raise FailedPrecondition("NOT_IN_TEAM")
    await leave_team(work, team, member)


def _require_open(concern: Concern) -> None:
    if concern.step not in BETWEEN_TWO:
        raise FailedPrecondition("CONCERN_OVER")
