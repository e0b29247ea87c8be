"""The other side says yes or no to how a worker is to work."""

from dataclasses import replace
from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.commands.tell import Notice, tell_of_money
from services.scheduling.domain.terms import answer
from services.scheduling.storage import engagements
from services.scheduling.storage.money_access import require_other_side


async def answer_engagement(work: UnitOfWork, engagement_id: UUID, agrees: bool) -> None:  # noqa: FBT001 - a field of the request
    """Raises NotFound ENGAGEMENT_UNKNOWN, FailedPrecondition TERMS_ANSWERED, and what `require_other_side` raises."""
    await hats.require_person(work)
    terms = await engagements.get(work, engagement_id)
    caller = await require_other_side(work, terms.worker, from_worker=terms.from_worker)
    state = answer(terms.state, agrees=agrees)
    await engagements.save_answer(work, replace(terms, state=state, answered_by=caller, answered_at=work.now))
    if terms.from_worker:
        await tell_of_money(work, Notice.ENGAGEMENT_ANSWERED, terms.id, {terms.worker})
    else:
        await tell_of_money(work, Notice.ENGAGEMENT_FROM_WORKER, terms.worker, {terms.proposed_by})
