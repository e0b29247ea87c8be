"""What federation's evidence says of a vote takes effect here: it opens, and it ends. Each word is heard once in effect, however often."""

from libs.database.engine import Work
from services.governance.domain.vote_course import ENDED, State, Vote, concludes, opens, settles
from services.governance.storage import decisions, rulebooks, votes

FEDERATED_VOTE = "federated_vote"
OUTCOME_REPLACED = "outcome_replaced"
VOTE_ANNULLED = "vote_annulled"


async def open_vote(work: Work, vote_id: str) -> None:
    """All rolls are ready and agreed: ballots are taken."""
    vote = await votes.locked(work, vote_id)
    if vote is not None and opens(vote):
        await votes.opened(work, vote.id)


async def conclude_vote(work: Work, vote_id: str, revision: int, outcome_hash: str, *, passes: bool, contested: bool) -> None:
    """The outcome is final; only now it has effects. A later revision, after a settlement, is a decision of its own that says so."""
    vote = await votes.locked(work, vote_id)
    if vote is None:
        return
    if concludes(vote, revision) or settles(vote, revision):
        await votes.final(work, vote.id, revision, outcome_hash, passes=passes, contested=contested)
    if concludes(vote, revision):
        await _log(work, vote, passed=passes, effect=OUTCOME_REPLACED if vote.revision else "")
    if contested:
        await votes.contested(work, vote.id)


async def annul_vote(work: Work, vote_id: str) -> None:
    """The participants settled that it does not count. Where it had been final the log says that it no longer is."""
    vote = await votes.locked(work, vote_id)
    if vote is None or vote.kept_state is State.ANNULLED:
        return
    await votes.move(work, vote.id, State.ANNULLED, ended=True)
    if vote.revision:
        await _log(work, vote, passed=False, effect=VOTE_ANNULLED)


async def contest_vote(work: Work, vote_id: str) -> None:
    """It stays final: an objection or proof of misconduct came."""
    await votes.contested(work, vote_id)


async def dispute_vote(work: Work, vote_id: str, why: str) -> None:
    """No one outcome has enough signatures, or two have: people must decide."""
    vote = await votes.locked(work, vote_id)
    if vote is not None and vote.kept_state not in (State.ANNULLED, State.VOID, State.WITHDRAWN):
        await votes.disputed(work, vote.id, why)


async def void_vote(work: Work, vote_id: str) -> None:
    """Not everybody was ready in time."""
    vote = await votes.locked(work, vote_id)
    if vote is not None and vote.kept_state not in ENDED:
        await votes.move(work, vote.id, State.VOID, ended=True)


async def _log(work: Work, vote: Vote, *, passed: bool, effect: str) -> None:
    """Whoever only witnessed decided nothing."""
    if vote.observer:
        return
    adopted = await rulebooks.in_force(work)
    await decisions.add(
        work,
        work.new_id(),
        kind=FEDERATED_VOTE,
        rulebook_hash=adopted.rulebook.hash if adopted else "",
        vote=vote.id,
        passed=passed,
        effect=effect,
    )
