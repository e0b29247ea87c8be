"""Who offered a visit takes the offer back, until the colleague has said yes."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.domain.swap import withdraw
from services.scheduling.storage import swaps


async def withdraw_swap(work: UnitOfWork, swap_id: UUID) -> None:
    """Raises NotFound SWAP_UNKNOWN, NotAllowed SWAP_NOT_FOR_YOU, FailedPrecondition SWAP_OVER."""
    worker = await hats.require_person(work)
    swap = await swaps.get(work, swap_id, lock=True)
    await swaps.save(work, withdraw(swap, worker, work.now))
