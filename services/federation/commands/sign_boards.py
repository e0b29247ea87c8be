"""Signs heads of our own board, and cosigns heads of other boards that we hold.

Both are committed before they are anchored, and anchored before they leave (`border/board_sync.py`).
"""

from collections.abc import Mapping, Sequence

from libs.database.engine import UnitOfWork
from libs.signing import checkpoint
from libs.signing.checkpoint import Checkpoint
from services.federation.domain.witnessing import ReceivedCosignature, select_needed_cosignatures
from services.federation.storage import boards, votes
from services.federation.storage.boards import StoredCosignature, StoredHead
from services.federation.storage.votes import Vote, VoteKeys


async def sign_own_board(work: UnitOfWork, vote: Vote, us: str, keys: VoteKeys) -> StoredHead | None:
    """Signs a head for everything on our own board; None when there is nothing new to sign."""
    board = await boards.lock(work, vote.id, us)
    last = await boards.get_last_head(work, vote.id, us)
    if board is None or not board.size or (last is not None and last.size >= board.size):
        return None
    signed = Checkpoint(checkpoint.origin_of(us, vote.id), board.size, board.frontier.root)
    head = StoredHead(board.size, board.frontier.root, checkpoint.sign_checkpoint(keys.board, signed))
    await boards.add_head(work, vote.id, us, head)
    await boards.delete_unused_heads(work, vote.id, us)
    return head


async def find_heads_to_cosign(
    work: UnitOfWork, vote: Vote, us: str, anchored: Mapping[str, tuple[int, bytes]]
) -> list[tuple[str, StoredHead, list[StoredCosignature]]]:
    """Heads of other boards that we hold and have not cosigned yet, with our cosignatures of that board so far.

    `anchored` has what we signed before, by origin: a board shorter than that is mirrored again first.
    """
    now = int(work.now.timestamp())
    revoking = await votes.find_parties_with_revoked_keys(work, vote.terms)
    if us in revoking:
        return []
    heads, cosignatures = await boards.heads_by_board(work, vote.id), await boards.cosignatures_by_board(work, vote.id)
    result = []
    for co_op, board_heads in heads.items():
        head, own_cosignatures = board_heads[-1], [cosignature for cosignature in cosignatures.get(co_op, []) if cosignature.witness == us]
        cosigned_size = max((cosignature.size for cosignature in own_cosignatures), default=0)
        anchored_size = anchored.get(checkpoint.origin_of(co_op, vote.id), (0, b""))[0]
        # A date of ours in the future: the clock went back. Falling dates with rising sizes would be misconduct, so we wait.
        if (
            co_op != us
            and co_op not in revoking
            and head.size > cosigned_size
            and head.size >= anchored_size
            and all(cosignature.time <= now for cosignature in own_cosignatures)
        ):
            result.append((co_op, head, own_cosignatures))
    return result


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
        await _store_cosignature(
            work,
            vote,
            co_op,
            own_cosignatures,
            StoredCosignature(us, head.size, head.root, now, checkpoint.cosign(keys.witness, signed, now)),
        )
    return len(wanted)


async def _store_cosignature(
    work: UnitOfWork, vote: Vote, co_op: str, own_cosignatures: Sequence[StoredCosignature], cosignature: StoredCosignature
) -> None:
    await boards.add_cosignature(work, vote.id, co_op, cosignature)
    needed = select_needed_cosignatures(vote.terms, [_to_received(stored) for stored in (*own_cosignatures, cosignature)])
    for stored in own_cosignatures:
        if _to_received(stored) not in needed:
            await boards.delete_cosignature(work, vote.id, co_op, stored)
    await boards.delete_unused_heads(work, vote.id, co_op)


def _to_received(cosignature: StoredCosignature) -> ReceivedCosignature:
    return ReceivedCosignature(cosignature.witness, cosignature.size, cosignature.root, cosignature.time, cosignature.signature)
