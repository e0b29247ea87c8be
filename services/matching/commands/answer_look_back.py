"""One of the two says, on the day that both chose, whether it is well now."""

from uuid import UUID

from kith.matching.v1.enums import ConcernStep
from libs.database.engine import UnitOfWork
from services.matching.commands.concern_side import open_own
from services.matching.commands.concern_steps import save_step
from services.matching.domain import concern as rules
from services.matching.storage import concern_rules


async def answer_look_back(
    work: UnitOfWork,
    concern_id: UUID,
    well: bool,  # noqa: FBT001 - a field of the request
) -> ConcernStep:
    """Returns the step that they are at now. Raises what `open_own` and `rules.answer_look_back` raise."""
    concern, own = await open_own(work, concern_id)
    answered = rules.answer_look_back(concern, own, work.now, await concern_rules.get_concern_rules(work), well=well)
    await save_step(work, concern, answered)
    return answered.step
