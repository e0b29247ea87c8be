"""CastBallot: a person on a roll votes, or changes their ballot. The same for everything that ballots are cast on."""

from libs.access import merged_persons
from libs.access.hats import require_person
from libs.callers import CallerChannel
from libs.database.engine import UnitOfWork
from services.governance.domain.ballot import Ballot, BallotChannel, check_revision
from services.governance.domain.person_merge import require_not_merged
from services.governance.storage.ballots import BallotCarrier, Choice, Request, RollRecord, Subject

_CHANNELS = {CallerChannel.HELPER: BallotChannel.HELPER, CallerChannel.COMMAND_LINE: BallotChannel.COMMAND_LINE}


async def cast_ballot(
    work: UnitOfWork, carrier: BallotCarrier[Subject, RollRecord, Request, Choice], subject: Subject, request: Request, shown_revision: int
) -> Ballot[RollRecord, Choice]:
    """Return the ballot.

    Raises NotFound for an unknown subject, what the poll's `require_row` and `read_choice` do, Conflict BALLOT_STALE, TooMany,
    FailedPrecondition PERSON_MERGED.
    """
    person = await require_person(work)
    poll = await carrier.load_poll(work, subject, person)
    require_not_merged(await merged_persons.find_kept(work, person))
    row = poll.require_row(work.now)
    check_revision(row, shown_revision)
    taken = _CHANNELS.get(work.caller.via, BallotChannel.PAGE)
    ballot = Ballot(row, poll.read_choice(request), row.revision + 1, taken, work.now, id=work.new_id())
    await carrier.add_ballot(work, ballot)
    return ballot
