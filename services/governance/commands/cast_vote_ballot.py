"""CastVoteBallot: somebody on our roll says what they choose, changes it, or takes it back."""

from libs.callers import Via
from libs.database.engine import Work
from libs.refusals import NotAllowed
from services.governance.commands.on_vote_roll import put_on_board, row_on_roll
from services.governance.domain.ballot import Taken
from services.governance.domain.vote_ballot import Marks, VoteBallot, check_row, choice_of, require_ballot

_TAKEN = {Via.HELPER: Taken.HELPER, Via.COMMAND_LINE: Taken.COMMAND_LINE}


async def cast_vote_ballot(work: Work, vote_id: str, marks: Marks, shown_revision: int, *, withdraw: bool) -> VoteBallot:
    """The ballot as it is recorded. Raises what `row_on_roll`, `check_row` and `choice_of` do."""
    person = work.caller.person
    if person is None:
        raise NotAllowed("PERSON_NEEDED")
    vote, row = await row_on_roll(work, vote_id, person)
    check_row(row, shown_revision)
    if withdraw:
        require_ballot(row)
    ballot = VoteBallot(
        vote=vote.id,
        person=person,
        pseudonym=row.pseudonym,
        choice=None if withdraw else choice_of(vote.terms, marks),
        revision=row.revision + 1,
        taken=_TAKEN.get(work.caller.via, Taken.PAGE),
        recorded_at=work.now,
    )
    await put_on_board(work, ballot)
    return ballot
