"""Appends to our own board of a vote. Nothing else here adds to a board that others mirror from us."""

from collections.abc import Sequence

from libs.boards import terms
from libs.boards.entries import MAX_ENTRY_BYTES
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound, Unavailable
from libs.signing import merkle
from services.federation.storage import boards


async def append_entries(work: UnitOfWork, vote: str, us: str, entries: Sequence[bytes], *, once: bool = False) -> int:
    """Appends entries. With `once`, entries that are there already are skipped: events are repeated after a restore. An entry that is too
    long is left out: no witness would hold it, nor anything after it. Returns how many were left out.

    Raises NotFound VOTE_UNKNOWN.
    """
    board = await boards.lock(work, vote, us)
    if board is None:
        raise NotFound("VOTE_UNKNOWN")
    short_enough = [
        entry for index, entry in enumerate(entries, board.size) if len(entry) <= (terms.MAX_TERMS_BYTES if index == 0 else MAX_ENTRY_BYTES)
    ]
    too_long, entries = len(entries) - len(short_enough), short_enough
    if once:
        present_leaves = set(await boards.list_leaves(work, vote, us, board.size))
        entries = [entry for entry in entries if merkle.leaf_hash(entry) not in present_leaves]
    if entries:
        await boards.append(work, vote, board, entries)
    return too_long


def require_not_recovering(*, recovering: bool) -> None:
    """Raises Unavailable RECOVERING: after a rollback our boards must not grow before the other co-ops were asked."""
    if recovering:
        raise Unavailable("RECOVERING")
