"""ConfirmBallot: a second person enters a paper or phone vote without seeing the first entry; if both match, it becomes a ballot."""

from uuid import UUID

from libs.access import merged_persons
from libs.access.hats import SECRETARY, require_person
from libs.database.engine import UnitOfWork
from services.governance.domain.ballot import Ballot, confirm_entry
from services.governance.domain.person_merge import require_not_merged
from services.governance.storage.ballots import BallotCarrier, Choice, Request, RollRecord, Subject


async def confirm_ballot(
    work: UnitOfWork,
    carrier: BallotCarrier[Subject, RollRecord, Request, Choice],
    entry_id: UUID,
    request: Request,
    asked_for: bool,  # noqa: FBT001 - a field of the request
) -> Ballot[RollRecord, Choice] | None:
    """Return the ballot, or None when the two entries differ.

    Raises NotAllowed HAT_NEEDED, NotFound ENTRY_UNKNOWN, FailedPrecondition PERSON_MERGED,
    what the poll and `domain.ballot.confirm_entry` do.
    """
    recorder = await require_person(work, SECRETARY)
    entry = await carrier.ballots.get_locked_entry(work, entry_id)
    poll = await carrier.load_poll(work, entry.subject, entry.person)
    require_not_merged(await merged_persons.find_kept(work, entry.person))
    row = poll.require_row(work.now)
    ballot = confirm_entry(row, entry, poll.read_choice(request), recorder, work.new_id(), work.now, asked_for=asked_for)
    await carrier.ballots.delete_entry(work, entry.id)
    if ballot is not None:
        await carrier.add_ballot(work, ballot)
    return ballot
