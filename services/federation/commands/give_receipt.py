"""GiveReceipt: our signature that a ballot stands on our board, at this place.

A head of the board that covers it is signed first, and anchored before the receipt leaves: no machine that loses its last moments can give
the place to another ballot.
"""

from libs.boards import papers
from libs.boards.entries import Ballot, read_entry
from libs.database.engine import Work
from libs.refusals import NotFound
from libs.signing import checkpoint
from libs.signing.checkpoint import Checkpoint
from services.federation.commands.sign_boards import seal_board
from services.federation.storage import boards, votes
from services.federation.storage.vault import Vault


async def give_receipt(work: Work, vault: Vault, us: str, vote_id: str, pseudonym: str) -> tuple[bytes, Checkpoint]:
    """Of the row's last ballot, and the head to anchor. Raises NotFound VOTE_UNKNOWN or BALLOT_NOT_ON_BOARD (yet)."""
    vote = await votes.one(work, vote_id)
    found = await votes.keys(work, vault, vote.terms.draft, vote.terms.convener) if vote is not None else None
    if vote is None or found is None:
        raise NotFound("VOTE_UNKNOWN")
    entries = [one for one in await boards.of_pseudonym(work, pseudonym) if (one.vote, one.co_op) == (vote.id, us)]
    ballots = [one for one in entries if isinstance(read_entry(one.data), Ballot)]
    if not ballots:
        raise NotFound("BALLOT_NOT_ON_BOARD")
    last = ballots[-1]
    head = await seal_board(work, vote, us, found[1]) or await boards.last_head(work, vote.id, us)
    if head is None or head.size <= last.index:
        raise NotFound("BALLOT_NOT_ON_BOARD")
    receipt = papers.receipt(vote.id, us, pseudonym, last.index, last.leaf, int(work.now.timestamp()), found[1].statement)
    return receipt, Checkpoint(checkpoint.origin_of(us, vote.id), head.size, head.root)
