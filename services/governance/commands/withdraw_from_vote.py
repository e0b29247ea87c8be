"""WithdrawFromVote: this co-op does not take part after all. Until its own ready; then the vote cannot open."""

from libs.access import hats
from libs.database.engine import Work
from services.governance.commands.held_vote import for_office
from services.governance.domain.vote_course import State, require_may_withdraw
from services.governance.storage import facts_out, votes


async def withdraw_from_vote(work: Work, vote_id: str) -> None:
    """Raises what `for_office` does, NotNow VOTE_NOT_AT_THIS."""
    vote, _ = await for_office(work, vote_id, hats.SECRETARY)
    require_may_withdraw(vote)
    await votes.move(work, vote.id, State.WITHDRAWN, ended=True)
    await facts_out.vote_withdrawn(work, vote.id)
