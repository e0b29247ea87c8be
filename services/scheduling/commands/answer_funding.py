"""The person, or who acts for them, says yes or no to who pays for visits to them."""

from dataclasses import replace
from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from services.scheduling.commands.tell import Notice, tell_of_money
from services.scheduling.domain.funding import SCOPE
from services.scheduling.domain.terms import answer
from services.scheduling.storage import funding


async def answer_funding(work: UnitOfWork, plan_id: UUID, agrees: bool) -> None:  # noqa: FBT001 - a field of the request
    """Raises NotFound FUNDING_UNKNOWN, FailedPrecondition TERMS_ANSWERED, NotAllowed PERSON_NEEDED, NOT_YOURS,
    OTHER_SIDE_ANSWERS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    await acting.require_principal(work, SCOPE)
    plan = await funding.get(work, plan_id)
    caller = await acting.require_self_or_acting(work, plan.person, SCOPE)
    if caller == plan.proposed_by:
        # A secretary who acts for the person does not answer in their place what they wrote down themselves.
        raise NotAllowed("OTHER_SIDE_ANSWERS")
    state = answer(plan.state, agrees=agrees)
    await funding.save_answer(work, replace(plan, state=state, answered_by=caller, answered_at=work.now))
    await tell_of_money(work, Notice.FUNDING_ANSWERED, plan.person, {plan.proposed_by})
