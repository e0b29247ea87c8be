"""Our own board of a vote grows, and nobody else's does by our hand."""

from collections.abc import Sequence

from libs.database.engine import Work
from libs.refusals import Elsewhere, NotFound
from libs.signing import merkle
from services.federation.storage import boards


async def append(work: Work, vote: str, us: str, entries: Sequence[bytes], *, once: bool = False) -> None:
    """Adds entries. With `once`, those that stand there already are passed over: facts are told again after a restore.

    Raises NotFound VOTE_UNKNOWN.
    """
    board = await boards.hold(work, vote, us)
    if board is None:
        raise NotFound("VOTE_UNKNOWN")
    if once:
        there = set(await boards.leaves(work, vote, us, board.size))
        entries = [entry for entry in entries if merkle.leaf_hash(entry) not in there]
    if entries:
        await boards.append(work, vote, board, entries)


def require_steady(*, recovering: bool) -> None:
    """Raises Elsewhere RECOVERING: our machine was set back, and our boards are not to grow before the others were asked."""
    if recovering:
        raise Elsewhere("RECOVERING")
