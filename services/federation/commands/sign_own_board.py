"""Signs a head of our own board. It is committed before it is anchored, and anchored before it leaves (`border/board_sync.py`)."""

from libs.database.engine import UnitOfWork
from libs.signing import checkpoint
from libs.signing.checkpoint import Checkpoint
from services.federation.domain.witnessing import SignedHead
from services.federation.storage import boards
from services.federation.storage.votes import Vote, VoteKeys


async def sign_own_board(work: UnitOfWork, vote: Vote, us: str, keys: VoteKeys) -> SignedHead | None:
    """Signs a head for everything on our own board; None when there is nothing new to sign."""
    board = await boards.lock(work, vote.id, us)
    last = await boards.get_last_head(work, vote.id, us)
    if board is None or not board.size or (last is not None and last.size >= board.size):
        return None
    signed = Checkpoint(checkpoint.origin_of(us, vote.id), board.size, board.frontier.root)
    head = SignedHead(board.size, board.frontier.root, checkpoint.sign_checkpoint(keys.board, signed))
    await boards.add_head(work, vote.id, us, head)
    await boards.delete_unused_heads(work, vote.id, us)
    return head
