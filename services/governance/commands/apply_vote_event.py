"""Applies what federation reports of a vote: it opens, ends, or becomes contested or disputed. Events of unknown votes change nothing."""

from collections.abc import Callable

from libs.database.engine import UnitOfWork
from services.governance.domain.decision import DecisionKind
from services.governance.domain.vote_lifecycle import Vote, decided
from services.governance.storage import decisions, rulebooks, votes


async def apply_vote_event(work: UnitOfWork, vote_id: str, change: Callable[[Vote], Vote]) -> None:
    """Apply `change`, one of the transitions in `domain.vote_lifecycle`, and log the decision that it is for our co-op, if any."""
    vote = await votes.find_locked(work, vote_id)
    if vote is None:
        return
    changed = change(vote)
    if changed == vote:
        return
    await votes.save(work, changed)
    if decision := decided(vote, changed):
        passed, effect = decision
        adopted = await rulebooks.get_in_force(work)
        rulebook_hash = adopted.rulebook.hash if adopted else ""
        await decisions.add(
            work, work.new_id(), kind=DecisionKind.FEDERATED_VOTE, rulebook_hash=rulebook_hash, vote=vote.id, passed=passed, effect=effect
        )
