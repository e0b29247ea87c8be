"""Who may do what with a series: what its commands begin with."""

from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from services.scheduling.domain.visit import SCOPE
from services.scheduling.domain.visit_series import VisitSeries, require_version
from services.scheduling.storage import series, teams


async def require_own_series(work: UnitOfWork, series_id: UUID, shown: int) -> tuple[VisitSeries, UUID]:
    """The series, locked, for the person it is to and for who acts for them; and who of them it is. `shown` is the version on the page.

    Raises NotFound SERIES_UNKNOWN, Conflict VERSION_STALE, NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    await acting.require_principal(work, SCOPE)
    found = await series.get(work, series_id, lock=True)
    caller = await acting.require_self_or_acting(work, found.person, SCOPE)
    require_version(found, shown)
    return found, caller


async def proposer_of(work: UnitOfWork, of: VisitSeries) -> set[UUID]:
    """Who proposed it, as long as it concerns them: a series goes on for years, and who left the team hears no more of it."""
    concerned = of.proposed_by == of.person or await teams.find_member(work, of.team, of.proposed_by) is not None
    return {of.proposed_by} if concerned else set()
