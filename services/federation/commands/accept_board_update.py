"""Accepts a part of a board from its home co-op or from any mirror: stores what is proven, and proof of misconduct as well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from libs.boards import evidence
from libs.database.engine import UnitOfWork
from libs.signing import checkpoint, merkle
from libs.signing.checkpoint import Checkpoint
from services.federation.domain import witnessing
from services.federation.domain.witnessing import BoardUpdate, BoardUpdateRejectedError, Cosignature, SignedHead, WrongSignerError
from services.federation.storage import boards, evidence_documents
from services.federation.storage.boards import BoardRecord
from services.federation.storage.votes import Vote

MAX_FALSE_PROOFS = 3
"""After so many false signatures nothing more of an update is looked at: each costs us more than it costs its sender."""


@dataclass(frozen=True)
class BoardUpdateResult:
    """Whether anything was new, why something was refused, and the size of a head of our own board that we no longer hold (0 = none).

    `false_proofs`: how many heads and cosignatures were not signed by whom they name. The rest of the update was then not looked at.
    """

    new: bool = False
    refused: str = ""
    newer_own_size: int = 0
    false_proofs: int = 0


async def accept_board_update(work: UnitOfWork, vote: Vote, update: BoardUpdate, us: str) -> BoardUpdateResult:
    """`us` is our own co-op id. Nobody else adds to our own board; a larger head of ours shows that we were rolled back."""
    board = await boards.lock(work, vote.id, update.co_op)
    if board is None:
        return BoardUpdateResult(refused="no board of this vote")
    try:
        if update.head is not None:
            witnessing.verify_head(vote.terms, update.co_op, update.head)
        if update.co_op == us:
            if update.head is not None and await boards.is_rolled_back(work, vote.id, board, update.head):
                return BoardUpdateResult(newer_own_size=update.head.size)
            new: Sequence[bytes] = ()
        else:
            new = witnessing.verify_new_entries(vote.terms, board.frontier, update)
    except WrongSignerError as error:
        return BoardUpdateResult(refused=str(error), false_proofs=1)
    except BoardUpdateRejectedError as error:
        return BoardUpdateResult(refused=str(error))
    if new:
        board = await boards.append(work, vote.id, board, new)
    return await _accept_proofs(work, vote, board, update, changed=bool(new))


async def _accept_proofs(work: UnitOfWork, vote: Vote, board: BoardRecord, update: BoardUpdate, *, changed: bool) -> BoardUpdateResult:
    """Stores the last head, and every cosignature that a cut can need, with its head.

    A head that nothing needs any more is not stored again; otherwise each contact with a peer that still has it would count as news.
    """
    stored_heads = {(head.size, head.root): head for head in await boards.list_heads(work, vote.id, board.co_op)}
    fresh: dict[tuple[int, bytes], SignedHead] = {}
    refused, false_proofs = "", 0
    for head in (*update.heads, *((update.head,) if update.head else ())):
        if false_proofs < MAX_FALSE_PROOFS and (head.size, head.root) not in stored_heads:
            try:
                changed |= await _check_head(work, vote, board, head, fresh)
            except WrongSignerError as error:
                refused, false_proofs = str(error), false_proofs + 1
    held = set(await boards.list_cosignatures(work, vote.id, board.co_op)) if update.cosignatures else set()
    for cosignature in update.cosignatures:
        if false_proofs >= MAX_FALSE_PROOFS:
            break
        try:
            changed |= await _accept_cosignature(work, vote, board, cosignature, held, stored_heads | fresh)
        except WrongSignerError as error:
            refused, false_proofs = str(error), false_proofs + 1
    last = max(stored_heads | fresh, default=(0, b""))
    if last in fresh:
        changed |= await boards.add_head(work, vote.id, board.co_op, fresh[last])
    if changed:
        await boards.delete_unused_heads(work, vote.id, board.co_op)
    return BoardUpdateResult(changed, refused, false_proofs=false_proofs)


async def _check_head(
    work: UnitOfWork, vote: Vote, board: BoardRecord, head: SignedHead, fresh: dict[tuple[int, bytes], SignedHead]
) -> bool:
    """Adds a head of the tree we hold to `fresh`. A head of another tree proves a fork. Returns whether that proof is new.

    Raises `WrongSignerError`.
    """
    if head.size > board.size or head.size == 0:
        return False
    signed = witnessing.verify_head(vote.terms, board.co_op, head)
    leaves: list[bytes] = []
    if head.size != board.size:
        leaves = await boards.list_leaves(work, vote.id, board.co_op, board.size)
    if (merkle.root_of(leaves[: head.size]) if leaves else board.frontier.root) != head.root:
        return await _record_fork(work, vote, board, signed, head, leaves)
    fresh[head.size, head.root] = head
    return False


async def _record_fork(work: UnitOfWork, vote: Vote, board: BoardRecord, signed: Checkpoint, head: SignedHead, leaves: list[bytes]) -> bool:
    terms = vote.terms
    held_head = await boards.get_last_head(work, vote.id, board.co_op)
    if held_head is None or held_head.size < head.size:
        return False
    first = evidence.write_note(terms, board.co_op, signed, head.signature)
    held_checkpoint = Checkpoint(signed.origin, held_head.size, held_head.root)
    second = evidence.write_note(terms, board.co_op, held_checkpoint, held_head.signature)
    if held_head.size == head.size:
        document = evidence.fork_of_one_size(board.co_op, *sorted((first, second)))
    else:
        root = merkle.root_of(leaves[: head.size])
        document = evidence.fork_of_two_sizes(board.co_op, first, second, root, merkle.consistency_proof(leaves, head.size, held_head.size))
    return await evidence_documents.add(work, vote.id, evidence.FORK, document)


async def _accept_cosignature(
    work: UnitOfWork,
    vote: Vote,
    board: BoardRecord,
    cosignature: Cosignature,
    held: set[Cosignature],
    heads: Mapping[tuple[int, bytes], SignedHead],
) -> bool:
    """Stores a cosignature that a cut can need, together with its head, one of `heads`. Returns whether it is new.

    `held` is what we hold of this board, and is kept up to date. Raises `WrongSignerError`.
    """
    same_witness = {stored for stored in held if stored.witness == cosignature.witness}
    if cosignature in same_witness or (cosignature.size, cosignature.root) not in heads:
        return False
    needed = witnessing.select_needed_cosignatures(vote.terms, same_witness | {cosignature})
    falling_pair = witnessing.find_falling_dates(same_witness | {cosignature})
    if cosignature not in needed and falling_pair is None:
        return False
    witnessing.verify_cosignature(vote.terms, board.co_op, cosignature)
    if falling_pair is not None:
        await _record_falling_dates(work, vote, board, falling_pair, heads)
    if cosignature not in needed:
        return False
    await boards.add_head(work, vote.id, board.co_op, heads[cosignature.size, cosignature.root])
    await boards.add_cosignature(work, vote.id, board.co_op, cosignature)
    held.add(cosignature)
    held -= same_witness - needed
    for unneeded in same_witness - needed:
        await boards.delete_cosignature(work, vote.id, board.co_op, unneeded)
    return True


async def _record_falling_dates(
    work: UnitOfWork,
    vote: Vote,
    board: BoardRecord,
    falling_pair: tuple[Cosignature, Cosignature],
    heads: Mapping[tuple[int, bytes], SignedHead],
) -> None:
    origin = checkpoint.origin_of(board.co_op, vote.id)
    notes = [
        evidence.write_note(
            vote.terms,
            board.co_op,
            Checkpoint(origin, cosignature.size, cosignature.root),
            heads[cosignature.size, cosignature.root].signature,
            [(cosignature.witness, cosignature.time, cosignature.signature)],
        )
        for cosignature in falling_pair
    ]
    document = evidence.falling_dates(falling_pair[0].witness, board.co_op, notes[0], notes[1])
    await evidence_documents.add(work, vote.id, evidence.FALLING_DATES, document)
