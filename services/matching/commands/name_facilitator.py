"""One of the two names whom they would like beside them. Who is named by both is asked."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from libs.refusals import NotFound, invalid
from services.matching.commands.concern_side import open_own
from services.matching.commands.concern_steps import save_step
from services.matching.domain import concern as rules
from services.matching.storage import concerns, events_out, projections


async def name_facilitator(work: UnitOfWork, concern_id: UUID, named: UUID) -> bool:
    """Returns whether both have named them. Who acts for the one of the two is on their side, and cannot be beside both.

    Raises what `open_own` and `rules.name_facilitator` raise, NotFound MEMBER_UNKNOWN.
    """
    concern, own = await open_own(work, concern_id)
    changed = rules.name_facilitator(concern, own, named)
    if not await projections.is_member(work, named):
        raise NotFound("MEMBER_UNKNOWN")
    if await concerns.is_on_a_side(work, concern, named):
        raise invalid("person_id", "FACILITATOR_ON_A_SIDE")
    if changed != concern:
        await save_step(work, concern, changed)
        waits_for = changed.facilitator or changed.other(own)
        await events_out.concern_notice(work, "concern_waiting", (waits_for,))
    return changed.facilitator is not None
