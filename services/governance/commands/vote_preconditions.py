"""Preconditions of commands on a federated vote: a hat, the locked vote, and a passed decision of our own."""

from datetime import datetime
from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition, NotAllowed, NotFound
from libs.rulebook import ResolutionType
from services.governance.commands.count_motion import MOTION
from services.governance.domain.vote_lifecycle import Vote
from services.governance.storage import decisions, votes


async def lock_vote_for_hat(work: UnitOfWork, vote_id: str, hat: str) -> tuple[Vote, UUID]:
    """Return the vote, locked, and the caller, who must wear this hat. Raises NotAllowed HAT_NEEDED, NotFound VOTE_UNKNOWN."""
    await hats.require(work, hat)
    if work.caller.person is None:
        raise NotAllowed("PERSON_NEEDED")
    vote = await votes.get_locked(work, vote_id)
    if vote is None:
        raise NotFound("VOTE_UNKNOWN")
    return vote, work.caller.person


async def require_passed_decision(work: UnitOfWork, number: int) -> datetime:
    """Return when a motion of ours was decided. Raises FailedPrecondition DECISION_UNKNOWN if it is not one, DECISION_NOT_PASSED."""
    decision = await decisions.get_by_number(work, number)
    if decision is None or decision[0] != MOTION:
        raise FailedPrecondition("DECISION_UNKNOWN", number=str(number))
    _, passed, decided_at = decision
    if not passed:
        raise FailedPrecondition("DECISION_NOT_PASSED", number=str(number))
    return decided_at


async def require_resolution_type(work: UnitOfWork, number: int) -> ResolutionType:
    """Return the resolution type by which a motion of ours was decided. Raises FailedPrecondition DECISION_UNKNOWN."""
    kind = await decisions.get_resolution_type(work, number)
    if kind is None:
        raise FailedPrecondition("DECISION_UNKNOWN", number=str(number))
    return kind
