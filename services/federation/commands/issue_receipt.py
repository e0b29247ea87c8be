"""Issues a receipt: our signature that a ballot is on our board at this index.

A head of the board that covers it is signed first, and anchored before the receipt leaves: so a machine that loses its last writes cannot
give the index to another ballot.
"""

from libs.boards import documents
from libs.boards.entries import BallotEntry, read_entry
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from libs.signing import checkpoint
from libs.signing.checkpoint import Checkpoint
from services.federation.commands.sign_own_board import sign_own_board
from services.federation.storage import boards, votes
from services.federation.storage.key_cipher import KeyCipher


async def issue_receipt(work: UnitOfWork, cipher: KeyCipher, us: str, vote_id: str, pseudonym: str) -> tuple[bytes, Checkpoint]:
    """The receipt of the row's last ballot, and the head to anchor. Raises NotFound VOTE_UNKNOWN or BALLOT_NOT_ON_BOARD (yet)."""
    vote = await votes.get(work, vote_id)
    keys = await votes.get_keys(work, cipher, vote.terms.draft, vote.terms.convener) if vote is not None else None
    if vote is None or keys is None:
        raise NotFound("VOTE_UNKNOWN")
    entries = [entry for entry in await boards.find_by_pseudonym(work, pseudonym) if (entry.vote, entry.co_op) == (vote.id, us)]
    ballots = [entry for entry in entries if isinstance(read_entry(entry.data), BallotEntry)]
    if not ballots:
        raise NotFound("BALLOT_NOT_ON_BOARD")
    last_ballot = ballots[-1]
    head = await sign_own_board(work, vote, us, keys[1]) or await boards.get_last_head(work, vote.id, us)
    if head is None or head.size <= last_ballot.index:
        raise NotFound("BALLOT_NOT_ON_BOARD")
    receipt = documents.encode_receipt(
        vote.id, us, pseudonym, last_ballot.index, last_ballot.leaf, int(work.now.timestamp()), keys[1].statement
    )
    return receipt, Checkpoint(checkpoint.origin_of(us, vote.id), head.size, head.root)
