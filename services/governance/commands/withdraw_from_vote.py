"""WithdrawFromVote: this co-op withdraws from a federated vote, before it has declared ready. The vote then cannot open."""

from kith.governance.v1.enums import VoteState
from libs.access.hats import SECRETARY, require_person
from libs.database.engine import UnitOfWork
from services.governance.domain.vote_lifecycle import end, require_may_withdraw
from services.governance.storage import events_out, votes


async def withdraw_from_vote(work: UnitOfWork, vote_id: str) -> None:
    """Withdraw. Raises NotAllowed HAT_NEEDED, NotFound VOTE_UNKNOWN, FailedPrecondition VOTE_NOT_AT_THIS."""
    await require_person(work, SECRETARY)
    vote = await votes.get_locked(work, vote_id)
    require_may_withdraw(vote)
    await votes.save(work, end(vote, VoteState.WITHDRAWN, work.now))
    await events_out.vote_withdrawn(work, vote.id)
