"""CastVoteBallot: a person on our roll votes in a federated vote, changes their ballot, or withdraws it."""

from libs.callers import CallerChannel
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from services.governance.commands.vote_ballot_preconditions import load_open_vote_for_ballot, save_and_publish_ballot
from services.governance.domain.ballot import BallotChannel
from services.governance.domain.vote_ballot import Marks, VoteBallot, check_revision, parse_choice, require_ballot_to_withdraw

_CHANNELS = {CallerChannel.HELPER: BallotChannel.HELPER, CallerChannel.COMMAND_LINE: BallotChannel.COMMAND_LINE}


async def cast_vote_ballot(work: UnitOfWork, vote_id: str, marks: Marks, shown_revision: int, *, withdraw: bool) -> VoteBallot:
    """Return the ballot as recorded. Raises what `load_open_vote_for_ballot`, `check_revision` and `parse_choice` do."""
    person = work.caller.person
    if person is None:
        raise NotAllowed("PERSON_NEEDED")
    vote, row = await load_open_vote_for_ballot(work, vote_id, person)
    check_revision(row, shown_revision)
    if withdraw:
        require_ballot_to_withdraw(row)
    ballot = VoteBallot(
        vote=vote.id,
        person=person,
        pseudonym=row.pseudonym,
        choice=None if withdraw else parse_choice(vote.terms, marks),
        revision=row.revision + 1,
        taken=_CHANNELS.get(work.caller.via, BallotChannel.PAGE),
        recorded_at=work.now,
    )
    await save_and_publish_ballot(work, ballot)
    return ballot
