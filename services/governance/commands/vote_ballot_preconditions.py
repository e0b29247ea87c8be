"""Preconditions of a ballot in a federated vote: the vote, locked open, and the person's row; and saving the ballot."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed, NotFound
from services.governance.domain.vote_ballot import VoteBallot, VoteRollRow
from services.governance.domain.vote_lifecycle import Vote, require_open, require_participant
from services.governance.storage import events_out, vote_ballots


async def load_open_vote_for_ballot(work: UnitOfWork, vote_id: str, person: UUID) -> tuple[Vote, VoteRollRow]:
    """Return the open vote and the person's row.

    Raises NotFound VOTE_UNKNOWN, FailedPrecondition VOTE_ONLY_WITNESSED, BALLOT_NOT_OPEN or BALLOT_CLOSED, NotAllowed NOT_ON_VOTE_ROLL.
    """
    vote_and_row = await vote_ballots.get_vote_and_roll_row(work, vote_id, person)
    if vote_and_row is None:
        raise NotFound("VOTE_UNKNOWN")
    vote, row = vote_and_row
    require_participant(vote)
    require_open(vote, work.now)
    if row is None:
        raise NotAllowed("NOT_ON_VOTE_ROLL")
    return vote, row


async def save_and_publish_ballot(work: UnitOfWork, ballot: VoteBallot) -> None:
    """Save a ballot, and publish its board entry for federation. Raises Conflict BALLOT_STALE."""
    await vote_ballots.add(work, ballot)
    await events_out.vote_ballot_cast(work, ballot)
