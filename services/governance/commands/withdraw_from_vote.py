"""WithdrawFromVote: this co-op withdraws from a federated vote, before it has declared ready. The vote then cannot open."""

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.governance.commands.vote_preconditions import lock_vote_for_hat
from services.governance.domain.vote_lifecycle import VoteState, require_may_withdraw
from services.governance.storage import events_out, votes


async def withdraw_from_vote(work: UnitOfWork, vote_id: str) -> None:
    """Withdraw. Raises what `lock_vote_for_hat` does, FailedPrecondition VOTE_NOT_AT_THIS."""
    vote, _ = await lock_vote_for_hat(work, vote_id, hats.SECRETARY)
    require_may_withdraw(vote)
    await votes.set_state(work, vote.id, VoteState.WITHDRAWN, ended=True)
    await events_out.vote_withdrawn(work, vote.id)
