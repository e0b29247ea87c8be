"""ConfirmBallot: the second person writes down the same vote, unseen; now it is a ballot."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import Work
from libs.refusals import NotAllowed, NotFound
from services.governance.commands.on_roll import place_on_roll
from services.governance.domain import ballot as ballot_law
from services.governance.domain.ballot import Ballot
from services.governance.storage import ballots, facts_out


async def confirm_ballot(work: Work, entry_id: UUID, choice: str) -> Ballot | None:
    """The ballot, or None when the two wrote different things.

    Raises NotFound ENTRY_UNKNOWN, what `place_on_roll` does, and what `domain.ballot.confirm` does.
    """
    await hats.require(work, hats.SECRETARY)
    if work.caller.person is None:
        raise NotAllowed("PERSON_NEEDED")
    entry = await ballots.entry(work, entry_id)
    if entry is None:
        raise NotFound("ENTRY_UNKNOWN")
    _, row, options = await place_on_roll(work, entry.motion, entry.person)
    ballot_law.check_choice(choice, options)
    ballot = ballot_law.confirm(row, entry, choice, work.caller.person, work.new_id(), work.now)
    await ballots.drop_entry(work, entry.id)
    if ballot is not None:
        await ballots.add(work, ballot)
        await facts_out.ballot_cast(work, ballot)
    return ballot
