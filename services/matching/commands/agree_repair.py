"""One of the two says yes to what was written down for both; with the yes of both it is agreed."""

from uuid import UUID
from zoneinfo import ZoneInfo

from kith.matching.v1.enums import ConcernStep
from libs.database.engine import UnitOfWork
from services.matching.commands.concern_side import open_own
from services.matching.commands.concern_steps import save_step
from services.matching.domain import concern as rules


async def agree_repair(work: UnitOfWork, concern_id: UUID, shown: int, *, zone: ZoneInfo) -> bool:
    """Returns whether both have said yes. Raises what `open_own` and `rules.agree_repair` raise."""
    concern, own = await open_own(work, concern_id)
    agreed = rules.agree_repair(concern, own, shown, work.now, zone)
    await save_step(work, concern, agreed)
    return agreed.step is ConcernStep.AGREED
