"""A person's own ballot, and for the secretary the entries that wait for a second person, without their choice."""

from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from services.governance.domain.ballot import Ballot, BallotEntry
from services.governance.storage.ballots import BallotCarrier, Choice, Request, RollRecord, Subject


async def get_my_ballot(
    work: UnitOfWork, carrier: BallotCarrier[Subject, RollRecord, Request, Choice], subject: Subject
) -> Ballot[RollRecord, Choice] | None:
    """Return the caller's ballot that counts, or None. Raises NotAllowed PERSON_NEEDED."""
    return await carrier.ballots.get_latest(work, subject, await hats.require_person(work))


async def list_unconfirmed_ballots(
    work: UnitOfWork, carrier: BallotCarrier[Subject, RollRecord, Request, Choice], subject: Subject | None, page: PageRequest
) -> Page[BallotEntry[Subject, Choice]]:
    """Return one page, oldest first; of all subjects where none is named. Raises NotAllowed HAT_NEEDED."""
    await hats.require(work, hats.SECRETARY)
    entries = await carrier.ballots.list_entries(work, subject, page)
    await audit.record_read(work, "vote on paper or by phone", "list", *(entry.person for entry in entries.items))
    return entries
