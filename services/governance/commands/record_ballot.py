"""RecordBallot: the first of two people enters a vote that came on paper or by phone. It does not count yet."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from services.governance.commands.motion_ballot_preconditions import load_open_motion_for_ballot
from services.governance.domain import ballot as ballot_rules
from services.governance.domain.ballot import BallotChannel, BallotEntry
from services.governance.storage import ballots


async def record_ballot(work: UnitOfWork, motion_id: UUID, person: UUID, choice: str, taken: BallotChannel) -> UUID:
    """Return the entry's id. Raises NotAllowed HAT_NEEDED or RECORDER_IS_VOTER, and what `load_open_motion_for_ballot` does."""
    await hats.require(work, hats.SECRETARY)
    if work.caller.person is None:
        raise NotAllowed("PERSON_NEEDED")
    _, row, options = await load_open_motion_for_ballot(work, motion_id, person)
    entry = BallotEntry(
        id=work.new_id(),
        motion=motion_id,
        person=person,
        choice=choice,
        taken=taken,
        recorder=work.caller.person,
        recorded_at=work.now,
        revision=row.revision,
    )
    await ballots.save_entry(work, ballot_rules.check_first_entry(row, entry, options))
    return entry.id
