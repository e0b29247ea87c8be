"""ReadyVote: our roll stands, and two scrutineers have opened it. From here nobody leaves."""

from libs.access import hats
from libs.database.engine import Work
from services.governance.commands.held_vote import for_office, kind_of
from services.governance.domain.vote_course import State, require_may_be_ready
from services.governance.domain.vote_limits import require_time_to_be_ready
from services.governance.storage import facts_out, votes


async def ready_vote(work: Work, vote_id: str) -> None:
    """Raises what `for_office` and `require_time_to_be_ready` do, NotNow VOTE_NOT_AT_THIS, SCRUTINEERS_MISSING or VOTE_TOO_LATE.

    Voting opens with the last ready: as nobody says it before its own notice has run, it opens before nobody's notice is over.
    """
    vote, _ = await for_office(work, vote_id, hats.SECRETARY)
    require_may_be_ready(vote, await votes.attested(work, vote.id), work.now)
    if vote.join_number is not None:
        require_time_to_be_ready(vote, await kind_of(work, vote.join_number), work.now)
    await votes.move(work, vote.id, State.READY)
    await facts_out.vote_made_ready(work, vote.id)
