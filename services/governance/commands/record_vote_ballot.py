"""RecordVoteBallot: the first of two people enters a vote that came on paper or by phone. It is not on the board yet."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from services.governance.commands.vote_ballot_preconditions import load_open_vote_for_ballot
from services.governance.domain import vote_ballot as ballot_rules
from services.governance.domain.ballot import BallotChannel
from services.governance.domain.vote_ballot import Marks, VoteBallotEntry
from services.governance.storage import vote_ballots


async def record_vote_ballot(work: UnitOfWork, vote_id: str, person: UUID, marks: Marks, taken: BallotChannel) -> UUID:
    """Return the entry's id.

    Raises NotAllowed HAT_NEEDED or RECORDER_IS_VOTER, and what `load_open_vote_for_ballot` and `parse_choice` do.
    """
    await hats.require(work, hats.SECRETARY)
    if work.caller.person is None:
        raise NotAllowed("PERSON_NEEDED")
    vote, row = await load_open_vote_for_ballot(work, vote_id, person)
    entry = VoteBallotEntry(
        id=work.new_id(),
        vote=vote.id,
        person=person,
        choice=ballot_rules.parse_choice(vote.terms, marks),
        taken=taken,
        recorder=work.caller.person,
        recorded_at=work.now,
        revision=row.revision,
    )
    await vote_ballots.save_entry(work, ballot_rules.check_first_entry(row, entry))
    return entry.id
