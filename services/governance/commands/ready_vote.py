"""ReadyVote: declares this co-op ready, with a frozen roll that two scrutineers have attested. It can no longer withdraw."""

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.governance.commands.vote_preconditions import lock_vote_for_hat, require_resolution_type
from services.governance.domain.vote_lifecycle import VoteState, require_may_be_ready
from services.governance.domain.vote_timing import require_time_to_be_ready
from services.governance.storage import events_out, votes


async def ready_vote(work: UnitOfWork, vote_id: str) -> None:
    """Declare ready.

    Voting opens when the last co-op is ready. As none declares ready before its own notice has run, voting never opens too early.
    Raises what `lock_vote_for_hat` and `require_time_to_be_ready` do, FailedPrecondition VOTE_NOT_AT_THIS, SCRUTINEERS_MISSING or
    VOTE_TOO_LATE.
    """
    vote, _ = await lock_vote_for_hat(work, vote_id, hats.SECRETARY)
    require_may_be_ready(vote, await votes.count_attestations(work, vote.id), work.now)
    if vote.join_number is not None:
        require_time_to_be_ready(vote, await require_resolution_type(work, vote.join_number), work.now)
    await votes.set_state(work, vote.id, VoteState.READY)
    await events_out.vote_made_ready(work, vote.id)
