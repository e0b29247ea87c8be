"""RecordBallot: the first of two people enters a vote that came on paper or by phone. It does not count yet."""

from uuid import UUID

from libs.access import merged_persons
from libs.access.hats import SECRETARY, require_person
from libs.database.engine import UnitOfWork
from services.governance.domain.ballot import BallotChannel, BallotEntry, check_first_entry
from services.governance.domain.person_merge import require_not_merged
from services.governance.storage.ballots import BallotCarrier, Choice, Request, RollRecord, Subject


async def record_ballot(
    work: UnitOfWork,
    carrier: BallotCarrier[Subject, RollRecord, Request, Choice],
    subject: Subject,
    person: UUID,
    request: Request,
    taken: BallotChannel,
    asked_for: bool,  # noqa: FBT001 - a field of the request
) -> UUID:
    """Return the entry's id.

    `asked_for`: they chose on the phone, and asked the caller to enter it. Raises NotAllowed HAT_NEEDED, NotFound for an unknown subject,
    FailedPrecondition PERSON_MERGED, what the poll and `check_first_entry` do.
    """
    recorder = await require_person(work, SECRETARY)
    poll = await carrier.load_poll(work, subject, person)
    require_not_merged(await merged_persons.find_kept(work, person))
    row = poll.require_row(work.now)
    entry = BallotEntry(work.new_id(), subject, person, poll.read_choice(request), taken, recorder, work.now, row.revision, asked_for)
    await carrier.ballots.save_entry(work, check_first_entry(entry))
    return entry.id
