"""RecordVoteBallot: the first of two people enters a vote that came on paper or by phone. It is not on the board yet."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from services.governance.commands.record_ballot import record_ballot
from services.governance.domain.ballot import BallotChannel
from services.governance.domain.vote_ballot import Marks
from services.governance.storage.vote_ballots import FEDERATED_VOTES


async def record_vote_ballot(
    work: UnitOfWork,
    vote_id: str,
    person: UUID,
    marks: Marks,
    taken: BallotChannel,
    asked_for: bool,  # noqa: FBT001 - a field of the request
) -> UUID:
    """Return the entry's id. Raises what `record_ballot` does."""
    return await record_ballot(work, FEDERATED_VOTES, vote_id, person, marks, taken, asked_for)
