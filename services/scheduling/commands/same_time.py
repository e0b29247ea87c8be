"""Whether a person has two visits at one time: that may be right, or a mistake, so it is said and not refused."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from services.scheduling.domain.visit import LONGEST, VisitTime, overlaps
from services.scheduling.storage import series_visits


async def has_another_then(work: UnitOfWork, person: UUID, when: VisitTime, visit: UUID) -> bool:
    """Whether a visit to the person other than this one, planned or proposed, is at that time."""
    around = await series_visits.list_around(work, person, when.starts - LONGEST, when.ends)
    return overlaps(when.starts, when.ends, [(other.starts, other.ends) for other in around if other.id != visit])
