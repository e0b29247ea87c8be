"""A vote with other co-ops, or a page of them, as the caller sees it: every person who is signed in may read every one."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from libs.access import audit, hats
from libs.database.engine import Work
from libs.refusals import NotAllowed, NotFound
from libs.rpc import paging
from services.governance.domain.vote_ballot import VoteRow
from services.governance.domain.vote_course import State
from services.governance.domain.vote_limits import ready_from
from services.governance.storage import decisions, vote_drafts, vote_rolls, votes
from services.governance.storage.motions import Filter
from services.governance.storage.vote_drafts import Drafted
from services.governance.storage.votes import SeenVote


async def see_vote(work: Work, vote_id: str) -> SeenVote:
    """Raises NotFound VOTE_UNKNOWN."""
    seen = await votes.seen(work, vote_id)
    if seen is None:
        raise NotFound("VOTE_UNKNOWN")
    return await _with_its_moment(work, seen)


async def list_votes(work: Work, by: Filter, page_size: int, page_token: str) -> tuple[list[SeenVote], str]:
    """One page and the token of the next."""
    query = f"votes {by.value}"
    after = _after(query, page_token)
    limit = paging.size_of(page_size)
    rows = await votes.page(work, by, after, limit + 1)
    shown = rows[:limit]
    return shown, paging.token_of(query, shown[-1].key(by).isoformat(), shown[-1].vote.id) if len(rows) > limit else ""


async def list_vote_drafts(work: Work, page_size: int, page_token: str) -> tuple[list[Drafted], str]:
    """One page, newest first. Raises NotAllowed HAT_NEEDED."""
    await hats.require(work, hats.SECRETARY)
    after = _after("vote drafts", page_token)
    limit = paging.size_of(page_size)
    rows = await vote_drafts.page(work, after, limit + 1)
    shown = rows[:limit]
    return shown, paging.token_of("vote drafts", shown[-1].drafted_at.isoformat(), shown[-1].id) if len(rows) > limit else ""


async def see_vote_card(work: Work, vote_id: str, person: UUID | None) -> VoteRow:
    """What opens a row: one's own, or as a secretary somebody's, which is written down.

    Raises NotFound VOTE_UNKNOWN or NOT_ON_VOTE_ROLL, NotAllowed HAT_NEEDED.
    """
    wanted = person or work.caller.person
    if wanted is None:
        raise NotAllowed("PERSON_NEEDED")
    if wanted != work.caller.person:
        await hats.require(work, hats.SECRETARY)
    await see_vote(work, vote_id)
    row = await vote_rolls.row(work, vote_id, wanted)
    if row is None:
        raise NotFound("NOT_ON_VOTE_ROLL")
    await audit.note_read(work, "card of a vote", "read", wanted)
    return row


async def list_vote_rows(work: Work, vote_id: str, page_size: int, page_token: str) -> tuple[list[VoteRow], str]:
    """Who has a row, for a secretary or scrutineer; every person shown is written down. Raises NotAllowed HAT_NEEDED."""
    if not await hats.wears(work, hats.SCRUTINEER):
        await hats.require(work, hats.SECRETARY)
    await see_vote(work, vote_id)
    query = f"vote rows {vote_id}"
    key = paging.key_of(query, page_token, parts=1)
    limit = paging.size_of(page_size)
    rows = await vote_rolls.page(work, vote_id, paging.part(UUID, key[0]) if key else None, limit + 1)
    shown = rows[:limit]
    await audit.note_read(work, "row of a vote", "list", *(one.person for one in shown))
    return shown, paging.token_of(query, str(shown[-1].person)) if len(rows) > limit else ""


async def _with_its_moment(work: Work, seen: SeenVote) -> SeenVote:
    """From when we may say ready, while we have not."""
    vote = seen.vote
    if vote.observer or vote.join_number is None or vote.kept_state not in (State.JOINED, State.ROLL_FROZEN):
        return seen
    kind = await decisions.kind_of(work, vote.join_number)
    return replace(seen, ready_from=ready_from(vote, kind)) if kind is not None else seen


def _after(query: str, page_token: str) -> tuple[datetime, str] | None:
    key = paging.key_of(query, page_token, parts=2)
    return (paging.part(paging.moment, key[0]), key[1]) if key else None
