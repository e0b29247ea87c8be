"""ObjectToVote: this co-op objects to an outcome, by a decision of its own."""

from libs.access import hats
from libs.database.engine import Work
from libs.refusals import AlreadyDone
from services.governance.commands.held_vote import decided, for_office
from services.governance.domain.vote_course import require_may_object
from services.governance.storage import facts_out, votes

OBJECTION = "objection"


async def object_to_vote(work: Work, vote_id: str, number: int) -> None:
    """Raises what `for_office` and `decided` do, NotNow OBJECTION_NOT_NOW, AlreadyDone OBJECTED_ALREADY."""
    vote, _ = await for_office(work, vote_id, hats.SECRETARY)
    require_may_object(vote, work.now)
    await decided(work, number)
    if not await votes.say(work, vote.id, OBJECTION, 1, number):
        raise AlreadyDone("OBJECTED_ALREADY")
    await facts_out.vote_objected(work, vote.id, str(number))
