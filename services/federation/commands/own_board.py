"""Our own board of a vote grows, and nobody else's does by our hand."""

from collections.abc import Sequence

from libs.boards import terms
from libs.boards.entries import LONGEST
from libs.database.engine import Work
from libs.refusals import Elsewhere, NotFound
from libs.signing import merkle
from services.federation.storage import boards


async def append(work: Work, vote: str, us: str, entries: Sequence[bytes], *, once: bool = False) -> int:
    """Adds entries. With `once`, those that stand there already are passed over: facts are told again after a restore. What is longer than
    an entry may be would be held by no witness, and nothing after it: it is left out, whatever it was. Gives how many were left out.

    Raises NotFound VOTE_UNKNOWN.
    """
    board = await boards.hold(work, vote, us)
    if board is None:
        raise NotFound("VOTE_UNKNOWN")
    kept = [entry for place, entry in enumerate(entries, board.size) if len(entry) <= (terms.LONGEST if place == 0 else LONGEST)]
    too_long, entries = len(entries) - len(kept), kept
    if once:
        there = set(await boards.leaves(work, vote, us, board.size))
        entries = [entry for entry in entries if merkle.leaf_hash(entry) not in there]
    if entries:
        await boards.append(work, vote, board, entries)
    return too_long


def require_steady(*, recovering: bool) -> None:
    """Raises Elsewhere RECOVERING: our machine was set back, and our boards are not to grow before the others were asked."""
    if recovering:
        raise Elsewhere("RECOVERING")
