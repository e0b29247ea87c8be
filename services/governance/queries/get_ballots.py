"""GetMyBallot, and ListUnconfirmedBallots for the secretary: entries that wait for a second person, without their choice."""

from uuid import UUID

from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from libs.rpc import paging
from services.governance.domain.ballot import Ballot, BallotEntry
from services.governance.storage import ballots


async def get_my_ballot(work: UnitOfWork, motion_id: UUID) -> Ballot | None:
    """Return the caller's ballot that counts, or None."""
    if work.caller.person is None:
        raise NotAllowed("PERSON_NEEDED")
    return await ballots.get_latest(work, motion_id, work.caller.person)


async def list_unconfirmed_ballots(
    work: UnitOfWork, motion_id: UUID | None, page_size: int, page_token: str
) -> tuple[list[BallotEntry], str]:
    """Return one page, oldest first. Raises NotAllowed HAT_NEEDED."""
    await hats.require(work, hats.SECRETARY)
    query = f"unconfirmed {motion_id}"
    key = paging.key_of(query, page_token, parts=1)
    limit = paging.page_size_of(page_size)
    rows = await ballots.list_entries(work, motion_id, paging.parse_key_part(UUID, key[0]) if key else None, limit + 1)
    shown = rows[:limit]
    await audit.record_read(work, "vote on paper or by phone", "list", *(entry.person for entry in shown))
    return shown, paging.token_of(query, str(shown[-1].id)) if len(rows) > limit else ""
