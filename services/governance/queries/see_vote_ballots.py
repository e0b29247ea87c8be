"""One's own ballot in a vote with other co-ops; for the secretary the entries that wait for a second person, without their choice."""

from uuid import UUID

from libs.access import audit, hats
from libs.database.engine import Work
from libs.refusals import NotAllowed
from libs.rpc import paging
from services.governance.domain.vote_ballot import VoteBallot, VoteEntry
from services.governance.storage import vote_ballots


async def my_vote_ballot(work: Work, vote_id: str) -> VoteBallot | None:
    """The last one recorded, or None."""
    if work.caller.person is None:
        raise NotAllowed("PERSON_NEEDED")
    return await vote_ballots.latest(work, vote_id, work.caller.person)


async def unconfirmed_vote_ballots(work: Work, vote_id: str | None, page_size: int, page_token: str) -> tuple[list[VoteEntry], str]:
    """One page, oldest first. Raises NotAllowed HAT_NEEDED."""
    await hats.require(work, hats.SECRETARY)
    query = f"unconfirmed vote ballots {vote_id}"
    key = paging.key_of(query, page_token, parts=1)
    limit = paging.size_of(page_size)
    rows = await vote_ballots.entries(work, vote_id, paging.part(UUID, key[0]) if key else None, limit + 1)
    shown = rows[:limit]
    await audit.note_read(work, "vote on paper or by phone", "list", *(one.person for one in shown))
    return shown, paging.token_of(query, str(shown[-1].id)) if len(rows) > limit else ""
