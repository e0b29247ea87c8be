"""JoinVote: this co-op joins a federated vote, by a decision of its own members."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from kith.governance.v1.enums import VoteState
from libs.access.hats import SECRETARY, require_person
from libs.database.engine import UnitOfWork
from services.governance.domain.vote_lifecycle import require_may_join
from services.governance.domain.vote_roll import require_group_for_each_class
from services.governance.domain.vote_timing import require_time_to_join
from services.governance.storage import decisions, events_out, membership_projection, votes

GENERAL_MEETING = "general_meeting"
"""A motion put to all members is decided by them as a general meeting decides."""


async def join_vote(work: UnitOfWork, vote_id: str, number: int, co_op: str, zone: ZoneInfo) -> None:
    """Join a vote; `number` is that of the decision, `co_op` our own id.

    Raises NotAllowed HAT_NEEDED, NotFound VOTE_UNKNOWN, FailedPrecondition VOTE_NOT_AT_THIS, VOTE_TOO_LATE, JOIN_CLASS_WITHOUT_GROUP,
    DECISION_UNKNOWN or DECISION_NOT_PASSED, and what `require_time_to_join` does: members whose rules require notice have it in a
    federated vote too.
    """
    await require_person(work, SECRETARY)
    vote = await votes.get_locked(work, vote_id)
    require_may_join(vote, work.now)
    if not vote.observer:
        classes = await membership_projection.count_voters_by_class(work, work.now.astimezone(zone).date())
        require_group_for_each_class(vote.terms, co_op, classes)
    decision = await decisions.get_motion_decision(work, number)
    decision.require_passed()
    require_time_to_join(vote, decision.resolution_type)
    await votes.save(work, replace(vote, stored_state=VoteState.JOINED, join_number=number))
    await events_out.vote_joined(work, vote.id, GENERAL_MEETING, decision.decided_at.astimezone(zone).date().isoformat(), str(number))
