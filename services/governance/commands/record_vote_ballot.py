"""RecordVoteBallot: the first of two people writes down a vote that came on paper or by phone. It is not on the board yet."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import Work
from libs.refusals import NotAllowed
from services.governance.commands.on_vote_roll import row_on_roll
from services.governance.domain import vote_ballot as law
from services.governance.domain.ballot import Taken
from services.governance.domain.vote_ballot import Marks, VoteEntry
from services.governance.storage import vote_ballots


async def record_vote_ballot(work: Work, vote_id: str, person: UUID, marks: Marks, taken: Taken) -> UUID:
    """The entry's id. Raises NotAllowed HAT_NEEDED or RECORDER_IS_VOTER, and what `row_on_roll` and `choice_of` do."""
    await hats.require(work, hats.SECRETARY)
    if work.caller.person is None:
        raise NotAllowed("PERSON_NEEDED")
    vote, row = await row_on_roll(work, vote_id, person)
    entry = VoteEntry(
        id=work.new_id(),
        vote=vote.id,
        person=person,
        choice=law.choice_of(vote.terms, marks),
        taken=taken,
        recorder=work.caller.person,
        recorded_at=work.now,
        revision=row.revision,
    )
    await vote_ballots.enter(work, law.record(row, entry))
    return entry.id
