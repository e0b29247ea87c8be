"""What every ballot in a vote with other co-ops needs first: the vote, held open against its end, and the person's row."""

from uuid import UUID

from libs.database.engine import Work
from libs.refusals import NotAllowed, NotFound
from services.governance.domain.vote_ballot import VoteBallot, VoteRow
from services.governance.domain.vote_course import Vote, require_open, require_participant
from services.governance.storage import facts_out, vote_ballots


async def row_on_roll(work: Work, vote_id: str, person: UUID) -> tuple[Vote, VoteRow]:
    """Raises NotFound VOTE_UNKNOWN, NotNow VOTE_ONLY_WITNESSED, BALLOT_NOT_OPEN or BALLOT_CLOSED, NotAllowed NOT_ON_VOTE_ROLL."""
    found = await vote_ballots.place(work, vote_id, person)
    if found is None:
        raise NotFound("VOTE_UNKNOWN")
    vote, row = found
    require_participant(vote)
    require_open(vote, work.now)
    if row is None:
        raise NotAllowed("NOT_ON_VOTE_ROLL")
    return vote, row


async def put_on_board(work: Work, ballot: VoteBallot) -> None:
    """Keeps it, and hands its entry to federation. Raises Conflict BALLOT_STALE."""
    await vote_ballots.add(work, ballot)
    await facts_out.vote_ballot_cast(work, ballot)
