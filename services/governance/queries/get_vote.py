"""GetVote and ListVotes, as the caller sees them: everybody who is signed in may read every federated vote. Also drafts, cards and rows."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed, NotFound
from libs.rpc import paging
from services.governance.domain.vote_ballot import VoteRollRow
from services.governance.domain.vote_lifecycle import VoteState
from services.governance.domain.vote_timing import earliest_ready_time
from services.governance.storage import decisions, vote_drafts, vote_rolls, votes
from services.governance.storage.motions import ListFilter
from services.governance.storage.vote_drafts import StoredVoteDraft
from services.governance.storage.votes import VoteForCaller


async def get_vote(work: UnitOfWork, vote_id: str) -> VoteForCaller:
    """Return one vote. Raises NotFound VOTE_UNKNOWN."""
    for_caller = await votes.get_for_caller(work, vote_id)
    if for_caller is None:
        raise NotFound("VOTE_UNKNOWN")
    return await _with_ready_from(work, for_caller)


async def list_votes(work: UnitOfWork, list_filter: ListFilter, page_size: int, page_token: str) -> tuple[list[VoteForCaller], str]:
    """Return one page and the token of the next."""
    query = f"votes {list_filter.value}"
    after = _page_start(query, page_token)
    limit = paging.page_size_of(page_size)
    rows = await votes.list_page(work, list_filter, after, limit + 1)
    shown = rows[:limit]
    return shown, paging.token_of(query, shown[-1].key(list_filter).isoformat(), shown[-1].vote.id) if len(rows) > limit else ""


async def list_vote_drafts(work: UnitOfWork, page_size: int, page_token: str) -> tuple[list[StoredVoteDraft], str]:
    """Return one page, newest first. Raises NotAllowed HAT_NEEDED."""
    await hats.require(work, hats.SECRETARY)
    after = _page_start("vote drafts", page_token)
    limit = paging.page_size_of(page_size)
    rows = await vote_drafts.list_page(work, after, limit + 1)
    shown = rows[:limit]
    return shown, paging.token_of("vote drafts", shown[-1].drafted_at.isoformat(), shown[-1].id) if len(rows) > limit else ""


async def get_vote_card(work: UnitOfWork, vote_id: str, person: UUID | None) -> VoteRollRow:
    """Return what opens a row's commitment: the caller's own, or for a secretary another person's, which is audited.

    Raises NotFound VOTE_UNKNOWN or NOT_ON_VOTE_ROLL, NotAllowed HAT_NEEDED.
    """
    card_owner = person or work.caller.person
    if card_owner is None:
        raise NotAllowed("PERSON_NEEDED")
    if card_owner != work.caller.person:
        await hats.require(work, hats.SECRETARY)
    await get_vote(work, vote_id)
    row = await vote_rolls.get_row(work, vote_id, card_owner)
    if row is None:
        raise NotFound("NOT_ON_VOTE_ROLL")
    await audit.record_read(work, "card of a vote", "read", card_owner)
    return row


async def list_vote_rows(work: UnitOfWork, vote_id: str, page_size: int, page_token: str) -> tuple[list[VoteRollRow], str]:
    """Return one page of roll rows, for a secretary or scrutineer; every person shown is audited. Raises NotAllowed HAT_NEEDED."""
    if not await hats.wears(work, hats.SCRUTINEER):
        await hats.require(work, hats.SECRETARY)
    await get_vote(work, vote_id)
    query = f"vote rows {vote_id}"
    key = paging.key_of(query, page_token, parts=1)
    limit = paging.page_size_of(page_size)
    rows = await vote_rolls.list_page(work, vote_id, paging.parse_key_part(UUID, key[0]) if key else None, limit + 1)
    shown = rows[:limit]
    await audit.record_read(work, "row of a vote", "list", *(row.person for row in shown))
    return shown, paging.token_of(query, str(shown[-1].person)) if len(rows) > limit else ""


async def _with_ready_from(work: UnitOfWork, for_caller: VoteForCaller) -> VoteForCaller:
    """Add the time from which we may declare ready, while we have not."""
    vote = for_caller.vote
    if vote.observer or vote.join_number is None or vote.stored_state not in (VoteState.JOINED, VoteState.ROLL_FROZEN):
        return for_caller
    kind = await decisions.get_resolution_type(work, vote.join_number)
    return replace(for_caller, ready_from=earliest_ready_time(vote, kind)) if kind is not None else for_caller


def _page_start(query: str, page_token: str) -> tuple[datetime, str] | None:
    key = paging.key_of(query, page_token, parts=2)
    return (paging.parse_key_part(paging.parse_datetime, key[0]), key[1]) if key else None
