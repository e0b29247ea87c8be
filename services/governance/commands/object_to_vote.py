"""ObjectToVote: this co-op objects to a federated vote's outcome, by a decision of its own."""

from libs.access.hats import SECRETARY, require_person
from libs.database.engine import UnitOfWork
from libs.refusals import AlreadyExists
from services.governance.domain.vote_lifecycle import require_may_object
from services.governance.storage import decisions, events_out, votes

OBJECTION = "objection"


async def object_to_vote(work: UnitOfWork, vote_id: str, number: int) -> None:
    """Record and publish the objection; `number` is that of the decision.

    Raises NotAllowed HAT_NEEDED, NotFound VOTE_UNKNOWN, FailedPrecondition OBJECTION_NOT_NOW, DECISION_UNKNOWN or DECISION_NOT_PASSED,
    AlreadyExists OBJECTED_ALREADY.
    """
    await require_person(work, SECRETARY)
    vote = await votes.get_locked(work, vote_id)
    require_may_object(vote, work.now)
    (await decisions.get_motion_decision(work, number)).require_passed()
    if not await votes.add_declaration(work, vote.id, OBJECTION, 1, number):
        raise AlreadyExists("OBJECTED_ALREADY")
    await events_out.vote_objected(work, vote.id, str(number))
