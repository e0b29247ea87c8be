"""A worker is back, or is not going away: they can take visits again. What they gave back is not theirs with that.

Who is back is back from all that they had said for this moment.
"""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.storage import away


async def end_away(work: UnitOfWork, away_id: UUID) -> None:
    """Raises NotAllowed PERSON_NEEDED, NotFound AWAY_UNKNOWN."""
    await away.end(work, away_id, await hats.require_person(work))
