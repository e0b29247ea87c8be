"""The colleague does not want to swap. Nobody gives a reason, and nothing changes."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.commands.tell import Notice, tell
from services.scheduling.domain.swap import decline
from services.scheduling.storage import swaps, visits


async def decline_swap(work: UnitOfWork, swap_id: UUID) -> None:
    """Raises NotFound SWAP_UNKNOWN or VISIT_UNKNOWN, NotAllowed SWAP_NOT_FOR_YOU, FailedPrecondition SWAP_OVER."""
    worker = await hats.require_person(work)
    swap = await swaps.get(work, swap_id, lock=True)
    await swaps.save(work, decline(swap, worker, work.now))
    await tell(work, Notice.SWAP_DECLINED, await visits.get(work, swap.visit), {swap.from_worker})
