"""JoinVote: this co-op takes part, by a decision of its own members."""

from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.engine import Work
from services.governance.commands.held_vote import decided, for_office, kind_of
from services.governance.domain.vote_course import require_may_join
from services.governance.domain.vote_limits import require_room
from services.governance.domain.vote_roll import require_groups
from services.governance.storage import facts_out, vote_rolls, votes

GENERAL_MEETING = "general_meeting"
"""A motion put to all members is decided by them as a general meeting decides."""


async def join_vote(work: Work, vote_id: str, number: int, co_op: str, zone: ZoneInfo) -> None:
    """`number` is that of the decision, `co_op` our own id.

    Raises what `for_office` and `decided` do, NotNow VOTE_NOT_AT_THIS, VOTE_TOO_LATE or JOIN_CLASS_WITHOUT_GROUP, and what `require_room`
    does: members who decide by rules that want notice have it in a vote with others too.
    """
    vote, _ = await for_office(work, vote_id, hats.SECRETARY)
    require_may_join(vote, work.now)
    if not vote.observer:
        require_groups(vote.terms, co_op, await vote_rolls.class_sizes(work, work.now.astimezone(zone).date()))
    at = await decided(work, number)
    require_room(vote, await kind_of(work, number))
    await votes.joined(work, vote.id, number)
    await facts_out.vote_joined(work, vote.id, GENERAL_MEETING, at.astimezone(zone).date().isoformat(), str(number))
