"""Who came to a person in the last weeks, and how much it was always the same."""

from dataclasses import dataclass
from fractions import Fraction
from uuid import UUID

from libs.access import acting, audit
from libs.database.engine import UnitOfWork
from services.scheduling.domain.continuity import PERIOD, WEEKS, continuity_index, usual_share
from services.scheduling.domain.visit import SCOPE
from services.scheduling.storage import visit_places


@dataclass(frozen=True)
class Continuity:
    """`workers` with how often each came, who came most often first."""

    weeks: int
    workers: list[tuple[UUID, int]]
    index: Fraction | None
    usual: Fraction | None


async def get_continuity(work: UnitOfWork, person: UUID) -> Continuity:
    """Of visits that have begun, but for those to which somebody is known not to have come.

    Raises NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    await acting.require_self_or_acting(work, person, SCOPE)
    workers = await visit_places.count_by_worker(work, person, work.now - PERIOD, work.now)
    await audit.record_read(work, "visit", "list", person)
    counts = [visits for _, visits in workers]
    return Continuity(WEEKS, workers, continuity_index(counts), usual_share(counts))
