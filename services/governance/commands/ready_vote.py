"""ReadyVote: declares this co-op ready, with a frozen roll that two scrutineers have attested. It can no longer withdraw."""

from dataclasses import replace

from kith.governance.v1.enums import VoteState
from libs.access.hats import SECRETARY, require_person
from libs.database.engine import UnitOfWork
from services.governance.domain.vote_lifecycle import require_may_be_ready
from services.governance.domain.vote_timing import require_time_to_be_ready
from services.governance.storage import decisions, events_out, votes


async def ready_vote(work: UnitOfWork, vote_id: str) -> None:
    """Declare ready.

    Voting opens when the last co-op is ready. As none declares ready before its own notice has run, voting never opens too early.
    Raises NotAllowed HAT_NEEDED, NotFound VOTE_UNKNOWN, FailedPrecondition VOTE_NOT_AT_THIS, SCRUTINEERS_MISSING or VOTE_TOO_LATE, and
    what `require_time_to_be_ready` does.
    """
    await require_person(work, SECRETARY)
    vote = await votes.get_locked(work, vote_id)
    require_may_be_ready(vote, await votes.count_attestations(work, vote.id), work.now)
    if vote.join_number is not None:
        decision = await decisions.get_motion_decision(work, vote.join_number)
        require_time_to_be_ready(vote, decision.resolution_type, work.now)
    await votes.save(work, replace(vote, stored_state=VoteState.READY))
    await events_out.vote_made_ready(work, vote.id)
