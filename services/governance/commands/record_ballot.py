"""RecordBallot: the first of two people writes down a vote that came on paper or by phone. It does not count yet."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import Work
from libs.refusals import NotAllowed
from services.governance.commands.on_roll import place_on_roll
from services.governance.domain import ballot as ballot_law
from services.governance.domain.ballot import Entry, Taken
from services.governance.storage import ballots


async def record_ballot(work: Work, motion_id: UUID, person: UUID, choice: str, taken: Taken) -> UUID:
    """The entry's id. Raises NotAllowed HAT_NEEDED or RECORDER_IS_VOTER, and what `place_on_roll` does."""
    await hats.require(work, hats.SECRETARY)
    if work.caller.person is None:
        raise NotAllowed("PERSON_NEEDED")
    _, row, options = await place_on_roll(work, motion_id, person)
    entry = Entry(
        id=work.new_id(),
        motion=motion_id,
        person=person,
        choice=choice,
        taken=taken,
        recorder=work.caller.person,
        recorded_at=work.now,
        revision=row.revision,
    )
    await ballots.enter(work, ballot_law.record(row, entry, options))
    return entry.id
