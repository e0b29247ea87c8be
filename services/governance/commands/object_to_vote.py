"""ObjectToVote: this co-op objects to a federated vote's outcome, by a decision of its own."""

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import AlreadyExists
from services.governance.commands.vote_preconditions import lock_vote_for_hat, require_passed_decision
from services.governance.domain.vote_lifecycle import require_may_object
from services.governance.storage import events_out, votes

OBJECTION = "objection"


async def object_to_vote(work: UnitOfWork, vote_id: str, number: int) -> None:
    """Record and publish the objection.

    Raises what `lock_vote_for_hat` and `require_passed_decision` do, FailedPrecondition OBJECTION_NOT_NOW, AlreadyExists OBJECTED_ALREADY.
    """
    vote, _ = await lock_vote_for_hat(work, vote_id, hats.SECRETARY)
    require_may_object(vote, work.now)
    await require_passed_decision(work, number)
    if not await votes.add_declaration(work, vote.id, OBJECTION, 1, number):
        raise AlreadyExists("OBJECTED_ALREADY")
    await events_out.vote_objected(work, vote.id, str(number))
