"""One's own ballot; and, for the secretary, the entries that wait for a second person, without their choice."""

from uuid import UUID

from libs.access import audit, hats
from libs.database.engine import Work
from libs.refusals import NotAllowed
from libs.rpc import paging
from services.governance.domain.ballot import Ballot, Entry
from services.governance.storage import ballots


async def my_ballot(work: Work, motion_id: UUID) -> Ballot | None:
    """The one that counts, or None."""
    if work.caller.person is None:
        raise NotAllowed("PERSON_NEEDED")
    return await ballots.latest(work, motion_id, work.caller.person)


async def unconfirmed(work: Work, motion_id: UUID | None, page_size: int, page_token: str) -> tuple[list[Entry], str]:
    """One page, oldest first. Raises NotAllowed HAT_NEEDED."""
    await hats.require(work, hats.SECRETARY)
    query = f"unconfirmed {motion_id}"
    key = paging.key_of(query, page_token, parts=1)
    limit = paging.size_of(page_size)
    rows = await ballots.entries(work, motion_id, paging.part(UUID, key[0]) if key else None, limit + 1)
    shown = rows[:limit]
    await audit.note_read(work, "vote on paper or by phone", "list", *(one.person for one in shown))
    return shown, paging.token_of(query, str(shown[-1].id)) if len(rows) > limit else ""
