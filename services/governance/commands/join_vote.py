"""JoinVote: this co-op joins a federated vote, by a decision of its own members."""

from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.governance.commands.vote_preconditions import lock_vote_for_hat, require_passed_decision, require_resolution_type
from services.governance.domain.vote_lifecycle import require_may_join
from services.governance.domain.vote_roll import require_group_for_each_class
from services.governance.domain.vote_timing import require_time_to_join
from services.governance.storage import events_out, vote_rolls, votes

GENERAL_MEETING = "general_meeting"
"""A motion put to all members is decided by them as a general meeting decides."""


async def join_vote(work: UnitOfWork, vote_id: str, number: int, co_op: str, zone: ZoneInfo) -> None:
    """Join a vote; `number` is that of the decision, `co_op` our own id.

    Raises what `lock_vote_for_hat` and `require_passed_decision` do, FailedPrecondition VOTE_NOT_AT_THIS, VOTE_TOO_LATE or
    JOIN_CLASS_WITHOUT_GROUP, and what `require_time_to_join` does: members whose rules require notice have it in a federated vote too.
    """
    vote, _ = await lock_vote_for_hat(work, vote_id, hats.SECRETARY)
    require_may_join(vote, work.now)
    if not vote.observer:
        require_group_for_each_class(vote.terms, co_op, await vote_rolls.count_voters_by_class(work, work.now.astimezone(zone).date()))
    decided_at = await require_passed_decision(work, number)
    require_time_to_join(vote, await require_resolution_type(work, number))
    await votes.mark_joined(work, vote.id, number)
    await events_out.vote_joined(work, vote.id, GENERAL_MEETING, decided_at.astimezone(zone).date().isoformat(), str(number))
