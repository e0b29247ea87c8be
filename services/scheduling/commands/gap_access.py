"""Who may do what with a gap between two visits: what its commands begin with."""

from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from services.scheduling.commands.team_access import require_in_team
from services.scheduling.domain.visit import SCOPE
from services.scheduling.domain.visit_gap import VisitGap, require_version
from services.scheduling.storage import teams, visit_gaps


async def require_gap_in_team(work: UnitOfWork, gap_id: UUID, shown: int) -> tuple[VisitGap, UUID]:
    """The rule, locked, for those in the team, and in whose name the caller is in it. `shown` is the version on the page.

    Raises NotFound GAP_UNKNOWN or TEAM_UNKNOWN, Conflict VERSION_STALE, and what `require_in_team` raises.
    """
    await acting.require_principal(work, SCOPE)
    gap = await visit_gaps.get(work, gap_id, lock=True)
    _, principal = await require_in_team(work, gap.person)
    require_version(gap, shown)
    return gap, principal


async def require_own_gap(work: UnitOfWork, gap_id: UUID, shown: int) -> tuple[VisitGap, UUID]:
    """The rule, locked, for the person whose visits it is about and for who acts for them; and who of them it is.

    Raises NotFound GAP_UNKNOWN, Conflict VERSION_STALE, NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    await acting.require_principal(work, SCOPE)
    gap = await visit_gaps.get(work, gap_id, lock=True)
    caller = await acting.require_self_or_acting(work, gap.person, SCOPE)
    require_version(gap, shown)
    return gap, caller


async def proposer_of(work: UnitOfWork, gap: VisitGap) -> set[UUID]:
    """Who proposed it, as long as they are in the team."""
    concerned = gap.proposed_by == gap.person or await teams.find_member(work, gap.team, gap.proposed_by) is not None
    return {gap.proposed_by} if concerned else set()
