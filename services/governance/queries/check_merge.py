"""CheckMerge: whether an entry of a person can be merged into another now."""

from uuid import UUID

from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from services.governance.domain.person_merge import OpenRoll, last_to_close
from services.governance.storage import open_rolls


async def check_merge(work: UnitOfWork, person: UUID) -> OpenRoll | None:
    """The vote to wait for, or None. Raises NotAllowed HAT_NEEDED.

    A refusal would take the audit of the read back with it, although the caller has learnt what the person can vote on.
    """
    await hats.require(work, hats.SECRETARY)
    await audit.record_read(work, "open rolls", "check merge", person)
    return last_to_close(await open_rolls.list_of_person(work, person))
