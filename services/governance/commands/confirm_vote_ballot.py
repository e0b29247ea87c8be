"""ConfirmVoteBallot: a second person enters a paper or phone vote without seeing the first entry; if both match, it goes on the board."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from services.governance.commands.confirm_ballot import confirm_ballot
from services.governance.domain.vote_ballot import Marks, VoteBallot
from services.governance.storage.vote_ballots import FEDERATED_VOTES


async def confirm_vote_ballot(
    work: UnitOfWork,
    entry_id: UUID,
    marks: Marks,
    asked_for: bool,  # noqa: FBT001 - a field of the request
) -> VoteBallot | None:
    """Return the ballot, or None when the two entries differ. Raises what `confirm_ballot` does."""
    return await confirm_ballot(work, FEDERATED_VOTES, entry_id, marks, asked_for)
