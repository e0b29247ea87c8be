"""Applies federation's events to a vote: it opens, ends, or becomes contested or disputed. All functions are idempotent."""

from libs.database.engine import UnitOfWork
from services.governance.domain.vote_lifecycle import ENDED_STATES, Vote, VoteState, can_open, ends_dispute, is_new_outcome
from services.governance.storage import decisions, rulebooks, votes

FEDERATED_VOTE = "federated_vote"
OUTCOME_REPLACED = "outcome_replaced"
VOTE_ANNULLED = "vote_annulled"


async def open_vote(work: UnitOfWork, vote_id: str) -> None:
    """Open a vote for ballots: all rolls are ready and agreed."""
    vote = await votes.get_locked(work, vote_id)
    if vote is not None and can_open(vote):
        await votes.mark_open(work, vote.id)


async def conclude_vote(work: UnitOfWork, vote_id: str, revision: int, outcome_hash: str, *, passes: bool, contested: bool) -> None:
    """Make an outcome final; only now it has effects. A later revision, after a settlement, is logged as a decision of its own."""
    vote = await votes.get_locked(work, vote_id)
    if vote is None:
        return
    if is_new_outcome(vote, revision) or ends_dispute(vote, revision):
        await votes.mark_final(work, vote.id, revision, outcome_hash, passes=passes, contested=contested)
    if is_new_outcome(vote, revision):
        await _log_decision(work, vote, passed=passes, effect=OUTCOME_REPLACED if vote.revision else "")
    if contested:
        await votes.mark_contested(work, vote.id)


async def annul_vote(work: UnitOfWork, vote_id: str) -> None:
    """Annul a vote after the participants settled that it does not count. If it had been final, that is logged as a decision."""
    vote = await votes.get_locked(work, vote_id)
    if vote is None or vote.stored_state is VoteState.ANNULLED:
        return
    await votes.set_state(work, vote.id, VoteState.ANNULLED, ended=True)
    if vote.revision:
        await _log_decision(work, vote, passed=False, effect=VOTE_ANNULLED)


async def contest_vote(work: UnitOfWork, vote_id: str) -> None:
    """Mark a vote as contested by an objection or proof of misconduct; it stays final."""
    await votes.mark_contested(work, vote_id)


async def dispute_vote(work: UnitOfWork, vote_id: str, why: str) -> None:
    """Mark a vote as disputed: no outcome has enough signatures, or two have, and people must decide."""
    vote = await votes.get_locked(work, vote_id)
    if vote is not None and vote.stored_state not in (VoteState.ANNULLED, VoteState.VOID, VoteState.WITHDRAWN):
        await votes.mark_disputed(work, vote.id, why)


async def void_vote(work: UnitOfWork, vote_id: str) -> None:
    """Void a vote, because not every co-op was ready in time."""
    vote = await votes.get_locked(work, vote_id)
    if vote is not None and vote.stored_state not in ENDED_STATES:
        await votes.set_state(work, vote.id, VoteState.VOID, ended=True)


async def _log_decision(work: UnitOfWork, vote: Vote, *, passed: bool, effect: str) -> None:
    """Log the decision of a participant; an observer decides nothing."""
    if vote.observer:
        return
    adopted = await rulebooks.get_in_force(work)
    await decisions.add(
        work,
        work.new_id(),
        kind=FEDERATED_VOTE,
        rulebook_hash=adopted.rulebook.hash if adopted else "",
        vote=vote.id,
        passed=passed,
        effect=effect,
    )
