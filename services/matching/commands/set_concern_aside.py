"""One of the two no longer wants to talk about it here. Nothing else changes, and nobody gives a reason."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from services.matching.commands.concern_side import open_own
from services.matching.commands.concern_steps import save_step
from services.matching.domain.concern import set_aside


async def set_concern_aside(work: UnitOfWork, concern_id: UUID) -> None:
    """Raises what `open_own` and `set_aside` raise."""
    concern, own = await open_own(work, concern_id)
    await save_step(work, concern, set_aside(concern, own, work.now))
