"""Who may do what with a visit: what every command begins with."""

from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from services.scheduling.domain.visit import SCOPE, Visit, require_version
from services.scheduling.storage import teams, visits


async def require_in_team(work: UnitOfWork, person: UUID) -> tuple[UUID, UUID]:
    """The id of the person's team, and in whose name the caller is in it: the person's, or their own as a member.

    Who acts for somebody has that person's own visits alone, and none of the teams they are in. Raises NotFound TEAM_UNKNOWN, as for a team
    that is not there, NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    principal = await acting.require_principal(work, SCOPE)
    if work.caller.acting_for is not None:
        await acting.require_self_or_acting(work, person, SCOPE)
    return await teams.require_place(work, person, principal), principal


async def require_visit_in_team(work: UnitOfWork, visit_id: UUID, shown: int) -> tuple[Visit, UUID]:
    """The visit, locked, for those in its team, and in whose name the caller is in it. `shown` is the version on the page.

    Raises NotFound VISIT_UNKNOWN or TEAM_UNKNOWN, Conflict VERSION_STALE, and what `require_in_team` raises.
    """
    await acting.require_principal(work, SCOPE)
    visit = await visits.get(work, visit_id, lock=True)
    _, principal = await require_in_team(work, visit.person)
    require_version(visit, shown)
    return visit, principal


async def require_own_visit(work: UnitOfWork, visit_id: UUID, shown: int) -> tuple[Visit, UUID]:
    """The visit, locked, for the person it is to and for who acts for them; and who of them it is.

    Raises NotFound VISIT_UNKNOWN, Conflict VERSION_STALE, NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    await acting.require_principal(work, SCOPE)
    visit = await visits.get(work, visit_id, lock=True)
    caller = await acting.require_self_or_acting(work, visit.person, SCOPE)
    require_version(visit, shown)
    return visit, caller
