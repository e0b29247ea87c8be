"""One of the two would like somebody beside them as they talk."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from services.matching.commands.concern_side import open_own
from services.matching.commands.concern_steps import save_step
from services.matching.domain.concern import ask_for_somebody
from services.matching.storage import concern_rules


async def ask_for_facilitator(work: UnitOfWork, concern_id: UUID) -> None:
    """Raises what `open_own` and `ask_for_somebody` raise."""
    concern, _ = await open_own(work, concern_id)
    await save_step(work, concern, ask_for_somebody(concern, work.now, await concern_rules.get_concern_rules(work)))
