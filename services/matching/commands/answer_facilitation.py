"""Somebody whom both named says whether they will be beside them; or no longer wants to be. Neither needs a reason."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from services.matching.commands.concern_steps import save_step
from services.matching.domain.concern import accept_facilitation, end_facilitation
from services.matching.storage import concerns, events_out


async def answer_facilitation(
    work: UnitOfWork,
    concern_id: UUID,
    accepted: bool,  # noqa: FBT001 - a field of the request
) -> None:
    """Raises NotAllowed PERSON_NEEDED, NotFound CONCERN_UNKNOWN, FailedPrecondition FACILITATION_NOT_ASKED, or FACILITATOR_ON_A_SIDE for
    who has come to act for one of the two meanwhile.
    """
    person = await hats.require_person(work)
    concern = await concerns.get(work, concern_id)
    if not accepted:
        changed = end_facilitation(concern, person)
    else:
        changed = accept_facilitation(concern, person, work.now)
        if await concerns.is_on_a_side(work, concern, person):
            raise FailedPrecondition("FACILITATOR_ON_A_SIDE")
    if changed != concern:
        await save_step(work, concern, changed)
        await events_out.concern_notice(work, "concern_waiting", changed.two)
