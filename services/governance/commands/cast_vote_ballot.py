"""CastVoteBallot: a person on our roll votes in a federated vote, changes their ballot, or withdraws it."""

from libs.database.engine import UnitOfWork
from services.governance.commands.cast_ballot import cast_ballot
from services.governance.domain.vote_ballot import Marks, VoteBallot
from services.governance.storage.vote_ballots import FEDERATED_VOTES


async def cast_vote_ballot(work: UnitOfWork, vote_id: str, marks: Marks | None, shown_revision: int) -> VoteBallot:
    """Return the ballot as recorded; no marks withdraw it. Raises what `cast_ballot` does."""
    return await cast_ballot(work, FEDERATED_VOTES, vote_id, marks, shown_revision)
