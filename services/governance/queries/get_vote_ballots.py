"""GetMyVoteBallot, and ListUnconfirmedVoteBallots for the secretary: entries that wait for a second person, without their choice."""

from uuid import UUID

from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from libs.rpc import paging
from services.governance.domain.vote_ballot import VoteBallot, VoteBallotEntry
from services.governance.storage import vote_ballots


async def get_my_vote_ballot(work: UnitOfWork, vote_id: str) -> VoteBallot | None:
    """Return the caller's latest ballot, or None."""
    if work.caller.person is None:
        raise NotAllowed("PERSON_NEEDED")
    return await vote_ballots.get_latest(work, vote_id, work.caller.person)


async def list_unconfirmed_vote_ballots(
    work: UnitOfWork, vote_id: str | None, page_size: int, page_token: str
) -> tuple[list[VoteBallotEntry], str]:
    """Return one page, oldest first. Raises NotAllowed HAT_NEEDED."""
    await hats.require(work, hats.SECRETARY)
    query = f"unconfirmed vote ballots {vote_id}"
    key = paging.key_of(query, page_token, parts=1)
    limit = paging.page_size_of(page_size)
    rows = await vote_ballots.list_entries(work, vote_id, paging.parse_key_part(UUID, key[0]) if key else None, limit + 1)
    shown = rows[:limit]
    await audit.record_read(work, "vote on paper or by phone", "list", *(entry.person for entry in shown))
    return shown, paging.token_of(query, str(shown[-1].id)) if len(rows) > limit else ""
