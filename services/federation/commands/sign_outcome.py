"""Signs the outcome of a vote: one for each revision, ever."""

import hashlib
from dataclasses import replace

from libs.boards.entries import OutcomeEntry
from libs.database.engine import UnitOfWork
from libs.signing import statement
from services.federation.storage import boards, votes
from services.federation.storage.votes import Vote, VoteKeys


async def sign_outcome(work: UnitOfWork, vote: Vote, us: str, keys: VoteKeys, revision: int, outcome: bytes) -> bool:
    """The row that says so is written first. Returns whether it was signed now."""
    if not await votes.mark_signed(work, vote.id, revision):
        return False
    entry = OutcomeEntry(vote.id, us, revision, hashlib.sha256(outcome).digest())
    signed = replace(entry, sig=statement.sign(keys.statement, "outcome", entry.signed()))
    await votes.save_outcome(work, vote.id, revision, outcome)
    await boards.append_own(work, vote.id, us, [signed.data()])
    return True
