"""Posts the entries that are due on our own board."""

from libs.boards import entries as kinds
from libs.boards.entries import OpenEntry
from libs.boards.vote_state import VoteEvidence
from libs.database.engine import UnitOfWork
from services.federation.domain import own_board_rules
from services.federation.domain.own_board_rules import OwnCosignature
from services.federation.storage import boards, events_out, votes
from services.federation.storage.votes import Vote


async def post_due_entries(work: UnitOfWork, vote: Vote, us: str, evidence: VoteEvidence, now: int) -> None:
    """Opening is published as an event in the same transaction."""
    # The vote is locked as for a cosignature: so `closed` lists all of ours, and every later one is dated after it.
    await votes.lock(work, vote.id)
    cosigned = await _own_cosignatures(work, vote, us)
    due = own_board_rules.find_due_entries(evidence, us, now, ready_requested=vote.ready_requested, cosigned=cosigned)
    await boards.append_own(work, vote.id, us, [entry.data() for entry in due if not isinstance(entry, kinds.BadBallot)])
    if any(isinstance(entry, OpenEntry) for entry in due):
        await events_out.vote_opened(work, vote.id)


async def _own_cosignatures(work: UnitOfWork, vote: Vote, us: str) -> dict[str, OwnCosignature]:
    """Our largest cosignature of each other board, dated by T."""
    result: dict[str, OwnCosignature] = {}
    for co_op, cosignatures in (await boards.cosignatures_by_board(work, vote.id)).items():
        in_time = [
            cosignature for cosignature in cosignatures if cosignature.witness == us and cosignature.time <= vote.terms.concluded_from
        ]
        if in_time:
            largest = max(in_time, key=lambda cosignature: cosignature.size)
            result[co_op] = (largest.size, largest.root, largest.time)
    return result
