"""ConfirmVoteBallot: a second person enters a paper or phone vote without seeing the first entry; if both match, it goes on the board."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed, NotFound
from services.governance.commands.vote_ballot_preconditions import load_open_vote_for_ballot, save_and_publish_ballot
from services.governance.domain import vote_ballot as ballot_rules
from services.governance.domain.vote_ballot import Marks, VoteBallot
from services.governance.storage import vote_ballots


async def confirm_vote_ballot(work: UnitOfWork, entry_id: UUID, marks: Marks) -> VoteBallot | None:
    """Return the ballot, or None when the two entries differ.

    Raises NotFound ENTRY_UNKNOWN, what `load_open_vote_for_ballot` does, and what `domain.vote_ballot.confirm_entry` does.
    """
    await hats.require(work, hats.SECRETARY)
    if work.caller.person is None:
        raise NotAllowed("PERSON_NEEDED")
    entry = await vote_ballots.get_locked_entry(work, entry_id)
    if entry is None:
        raise NotFound("ENTRY_UNKNOWN")
    vote, row = await load_open_vote_for_ballot(work, entry.vote, entry.person)
    ballot = ballot_rules.confirm_entry(row, entry, ballot_rules.parse_choice(vote.terms, marks), work.caller.person, work.now)
    await vote_ballots.delete_entry(work, entry.id)
    if ballot is not None:
        await save_and_publish_ballot(work, ballot)
    return ballot
