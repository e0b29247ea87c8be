"""Cosigns heads of other boards that we hold. Committed before it is anchored, and anchored before it leaves (`border/board_sync.py`)."""

from collections.abc import Mapping, Sequence

from libs.database.engine import UnitOfWork
from libs.signing import checkpoint
from libs.signing.checkpoint import Checkpoint
from services.federation.domain.witnessing import Cosignature, select_needed_cosignatures
from services.federation.storage import boards
from services.federation.storage.uncosigned_heads import find_heads_to_cosign
from services.federation.storage.votes import Vote, VoteKeys


async def cosign_boards(work: UnitOfWork, vote: Vote, us: str, keys: VoteKeys, anchored: Mapping[str, tuple[int, bytes]], now: int) -> int:
    """Cosigns what `find_heads_to_cosign` returns; returns how many. The caller holds `votes.lock` and took `now` after it: a larger size
    must never get an earlier date than a smaller one, nor anything a date before our own `closed`.
    """
    # Accepting a part of a board locks it and may delete heads without cosignatures: so each board is locked here, and the heads are found
    # again.
    for co_op, _, _ in await find_heads_to_cosign(work, vote, us, anchored):
        await boards.lock(work, vote.id, co_op)
    wanted = await find_heads_to_cosign(work, vote, us, anchored)
    for co_op, head, own_cosignatures in wanted:
        signed = Checkpoint(checkpoint.origin_of(co_op, vote.id), head.size, head.root)
        cosignature = Cosignature(us, head.size, head.root, now, checkpoint.cosign(keys.witness, signed, now))
        await _store_cosignature(work, vote, co_op, own_cosignatures, cosignature)
    return len(wanted)


async def _store_cosignature(
    work: UnitOfWork, vote: Vote, co_op: str, own_cosignatures: Sequence[Cosignature], cosignature: Cosignature
) -> None:
    await boards.add_cosignature(work, vote.id, co_op, cosignature)
    for unneeded in {*own_cosignatures} - select_needed_cosignatures(vote.terms, (*own_cosignatures, cosignature)):
        await boards.delete_cosignature(work, vote.id, co_op, unneeded)
    await boards.delete_unused_heads(work, vote.id, co_op)
