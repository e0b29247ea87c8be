"""CheckMerge: whether an entry of a person can be merged into another now."""

from uuid import UUID

from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from services.governance.domain.person_merge import require_on_no_open_roll
from services.governance.storage import open_rolls


async def check_merge(work: UnitOfWork, person: UUID) -> None:
    """Raises NotAllowed HAT_NEEDED, FailedPrecondition ON_OPEN_ROLL."""
    await hats.require(work, hats.SECRETARY)
    await audit.record_read(work, "open rolls", "check merge", person)
    require_on_no_open_roll(await open_rolls.list_of_person(work, person))
