"""CastBallot: a person on the roll votes on a motion, or changes their ballot."""

from uuid import UUID

from libs.callers import CallerChannel
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from services.governance.commands.motion_ballot_preconditions import load_open_motion_for_ballot
from services.governance.domain.ballot import Ballot, BallotChannel, check_choice, check_revision
from services.governance.storage import ballots, events_out

_CHANNELS = {CallerChannel.HELPER: BallotChannel.HELPER, CallerChannel.COMMAND_LINE: BallotChannel.COMMAND_LINE}


async def cast_ballot(work: UnitOfWork, motion_id: UUID, choice: str, shown_revision: int) -> Ballot:
    """Return the ballot. Raises what `load_open_motion_for_ballot` does, Invalid CHOICE_UNKNOWN, Conflict BALLOT_STALE."""
    person = work.caller.person
    if person is None:
        raise NotAllowed("PERSON_NEEDED")
    _, row, options = await load_open_motion_for_ballot(work, motion_id, person)
    check_choice(choice, options)
    check_revision(row, shown_revision)
    ballot = Ballot(
        id=work.new_id(),
        motion=motion_id,
        person=person,
        member_class=row.member_class,
        choice=choice,
        revision=row.revision + 1,
        taken=_CHANNELS.get(work.caller.via, BallotChannel.PAGE),
        recorded_at=work.now,
    )
    await ballots.add(work, ballot)
    await events_out.ballot_cast(work, ballot)
    return ballot
