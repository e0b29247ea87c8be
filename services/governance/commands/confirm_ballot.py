"""ConfirmBallot: a second person enters a paper or phone vote without seeing the first entry; if both match, it becomes a ballot."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed, NotFound
from services.governance.commands.motion_ballot_preconditions import load_open_motion_for_ballot
from services.governance.domain import ballot as ballot_rules
from services.governance.domain.ballot import Ballot
from services.governance.storage import ballots, events_out


async def confirm_ballot(work: UnitOfWork, entry_id: UUID, choice: str) -> Ballot | None:
    """Return the ballot, or None when the two entries differ.

    Raises NotFound ENTRY_UNKNOWN, what `load_open_motion_for_ballot` does, and what `domain.ballot.confirm_entry` does.
    """
    await hats.require(work, hats.SECRETARY)
    if work.caller.person is None:
        raise NotAllowed("PERSON_NEEDED")
    entry = await ballots.get_locked_entry(work, entry_id)
    if entry is None:
        raise NotFound("ENTRY_UNKNOWN")
    _, row, options = await load_open_motion_for_ballot(work, entry.motion, entry.person)
    ballot_rules.check_choice(choice, options)
    ballot = ballot_rules.confirm_entry(row, entry, choice, work.caller.person, work.new_id(), work.now)
    await ballots.delete_entry(work, entry.id)
    if ballot is not None:
        await ballots.add(work, ballot)
        await events_out.ballot_cast(work, ballot)
    return ballot
