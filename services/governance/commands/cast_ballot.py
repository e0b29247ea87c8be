"""CastBallot: a person on the roll says what they choose, or changes it."""

from uuid import UUID

from libs.callers import Via
from libs.database.engine import Work
from libs.refusals import NotAllowed
from services.governance.commands.on_roll import place_on_roll
from services.governance.domain.ballot import Ballot, Taken, check_choice, check_revision
from services.governance.storage import ballots, facts_out

_TAKEN = {Via.HELPER: Taken.HELPER, Via.COMMAND_LINE: Taken.COMMAND_LINE}


async def cast_ballot(work: Work, motion_id: UUID, choice: str, shown_revision: int) -> Ballot:
    """The receipt. Raises what `place_on_roll` does, Invalid CHOICE_UNKNOWN, Conflict BALLOT_STALE."""
    person = work.caller.person
    if person is None:
        raise NotAllowed("PERSON_NEEDED")
    _, row, options = await place_on_roll(work, motion_id, person)
    check_choice(choice, options)
    check_revision(row, shown_revision)
    ballot = Ballot(
        id=work.new_id(),
        motion=motion_id,
        person=person,
        member_class=row.member_class,
        choice=choice,
        revision=row.revision + 1,
        taken=_TAKEN.get(work.caller.via, Taken.PAGE),
        recorded_at=work.now,
    )
    await ballots.add(work, ballot)
    await facts_out.ballot_cast(work, ballot)
    return ballot
