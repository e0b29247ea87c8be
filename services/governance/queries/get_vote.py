"""GetVote and ListVotes, as the caller sees them: everybody who is signed in may read every federated vote. Also drafts, cards and rows."""

from dataclasses import replace
from uuid import UUID

from kith.governance.v1.enums import MotionFilter, VoteState
from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest
from libs.refusals import NotAllowed
from services.governance.domain.vote_ballot import VoteRow
from services.governance.domain.vote_timing import earliest_ready_time
from services.governance.storage import decisions, vote_drafts, vote_rolls, votes
from services.governance.storage.vote_drafts import StoredVoteDraft
from services.governance.storage.votes import VoteForCaller


async def get_vote(work: UnitOfWork, vote_id: str) -> VoteForCaller:
    """Return one vote, with the time from which we may declare ready while we have not. Raises NotFound VOTE_UNKNOWN."""
    for_caller = await votes.get_for_caller(work, vote_id)
    vote = for_caller.vote
    if vote.observer or vote.join_number is None or vote.stored_state not in (VoteState.JOINED, VoteState.ROLL_FROZEN):
        return for_caller
    decision = await decisions.get_motion_decision(work, vote.join_number)
    return replace(for_caller, ready_from=earliest_ready_time(vote, decision.resolution_type))


async def list_votes(work: UnitOfWork, shown: MotionFilter | None, page: PageRequest) -> Page[VoteForCaller]:
    return await votes.list_for_caller(work, shown, page)


async def list_vote_drafts(work: UnitOfWork, page: PageRequest) -> Page[StoredVoteDraft]:
    """Return one page, newest first. Raises NotAllowed HAT_NEEDED."""
    await hats.require(work, hats.SECRETARY)
    return await vote_drafts.list_newest(work, page)


async def get_vote_card(work: UnitOfWork, vote_id: str, person: UUID | None) -> VoteRow:
    """Return what opens a row's commitment: the caller's own, or for a secretary another person's, which is audited.

    Raises NotFound VOTE_UNKNOWN or NOT_ON_VOTE_ROLL, NotAllowed HAT_NEEDED.
    """
    card_owner = person or work.caller.person
    if card_owner is None:
        raise NotAllowed("PERSON_NEEDED")
    if card_owner != work.caller.person:
        await hats.require(work, hats.SECRETARY)
    await votes.get_for_caller(work, vote_id)
    row = await vote_rolls.get_row(work, vote_id, card_owner)
    await audit.record_read(work, "card of a vote", "read", card_owner)
    return row


async def list_vote_rows(work: UnitOfWork, vote_id: str, page: PageRequest) -> Page[VoteRow]:
    """Return one page of roll rows, for a secretary or scrutineer; every person shown is audited. Raises NotAllowed HAT_NEEDED."""
    if not await hats.wears(work, hats.SCRUTINEER):
        await hats.require(work, hats.SECRETARY)
    await votes.get_for_caller(work, vote_id)
    rows = await vote_rolls.list_rows(work, vote_id, page)
    await audit.record_read(work, "row of a vote", "list", *(row.person for row in rows.items))
    return rows
