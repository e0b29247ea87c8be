"""ConfirmVoteBallot: the second person enters the same vote, unseen; now it goes on the board."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import Work
from libs.refusals import NotAllowed, NotFound
from services.governance.commands.on_vote_roll import put_on_board, row_on_roll
from services.governance.domain import vote_ballot as law
from services.governance.domain.vote_ballot import Marks, VoteBallot
from services.governance.storage import vote_ballots


async def confirm_vote_ballot(work: Work, entry_id: UUID, marks: Marks) -> VoteBallot | None:
    """The ballot, or None when the two wrote different things.

    Raises NotFound ENTRY_UNKNOWN, what `row_on_roll` does, and what `domain.vote_ballot.confirm` does.
    """
    await hats.require(work, hats.SECRETARY)
    if work.caller.person is None:
        raise NotAllowed("PERSON_NEEDED")
    entry = await vote_ballots.entry(work, entry_id)
    if entry is None:
        raise NotFound("ENTRY_UNKNOWN")
    vote, row = await row_on_roll(work, entry.vote, entry.person)
    ballot = law.confirm(row, entry, law.choice_of(vote.terms, marks), work.caller.person, work.now)
    await vote_ballots.drop_entry(work, entry.id)
    if ballot is not None:
        await put_on_board(work, ballot)
    return ballot
