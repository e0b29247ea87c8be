"""TakeBoard: somebody brings a piece of a board, its home or any mirror; what is proven is kept, what proves misconduct as well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from libs.boards import evidence
from libs.database.engine import Work
from libs.signing import checkpoint, merkle
from libs.signing.checkpoint import Checkpoint
from services.federation.domain import witnessing
from services.federation.domain.witnessing import Brought, BroughtCosignature, NotTakenError, SignedHead
from services.federation.storage import boards, papers
from services.federation.storage.boards import Head, Kept, Witnessed
from services.federation.storage.votes import Vote


@dataclass(frozen=True)
class Took:
    """Whether anything was new, why something was refused, and the size of a head of our own board that we do not hold any more."""

    new: bool = False
    refused: str = ""
    behind: int = 0


async def take_board(work: Work, vote: Vote, brought: Brought, us: str) -> Took:
    """`us` is our own co-op id: nobody else adds to our own board; a larger head of ours says that we were set back."""
    board = await boards.hold(work, vote.id, brought.co_op)
    if board is None:
        return Took(refused="no board of this vote")
    try:
        if brought.head is not None:
            witnessing.check_head(vote.terms, brought.co_op, brought.head)
        if brought.co_op == us:
            if brought.head is not None and await set_back(work, vote, board, brought.head):
                return Took(behind=brought.head.size)
            new: Sequence[bytes] = ()
        else:
            new = witnessing.check_growth(vote.terms, board.frontier, brought)
    except NotTakenError as error:
        return Took(refused=str(error))
    if new:
        board = await boards.append(work, vote.id, board, new)
    return await _take_proofs(work, vote, board, brought, changed=bool(new))


async def set_back(work: Work, vote: Vote, board: Kept, head: SignedHead) -> bool:
    """Whether a head that our own board signed is of a tree that we do not hold: longer, or another of the same beginning."""
    if head.size > board.size:
        return True
    if any((one.size, one.root) == (head.size, head.root) for one in await boards.heads(work, vote.id, board.co_op)):
        return False
    return merkle.root_of(await boards.leaves(work, vote.id, board.co_op, head.size)) != head.root


async def _take_proofs(work: Work, vote: Vote, board: Kept, brought: Brought, *, changed: bool) -> Took:
    """Keeps the last head, and every cosignature that a cut can ask for, with its head.

    A head that nothing asks for any more is not taken up again, or whoever still has it would bring us news at every contact.
    """
    held = {(one.size, one.root): one for one in await boards.heads(work, vote.id, board.co_op)}
    fresh: dict[tuple[int, bytes], Head] = {}
    for head in (*brought.heads, *((brought.head,) if brought.head else ())):
        if (head.size, head.root) not in held:
            changed |= await _look_at_head(work, vote, board, head, fresh)
    refused = ""
    for one in brought.cosignatures:
        try:
            changed |= await _take_cosignature(work, vote, board, one, held | fresh)
        except NotTakenError as error:
            refused = str(error)
    last = max(held | fresh, default=(0, b""))
    if last in fresh:
        changed |= await boards.add_head(work, vote.id, board.co_op, fresh[last])
    if changed:
        await boards.drop_idle_heads(work, vote.id, board.co_op)
    return Took(changed, refused)


async def _look_at_head(work: Work, vote: Vote, board: Kept, head: SignedHead, fresh: dict[tuple[int, bytes], Head]) -> bool:
    """Puts a head of the tree we hold into `fresh`. One of another tree is proof of a fork; whether that is new."""
    if head.size > board.size or head.size == 0:
        return False
    try:
        signed = witnessing.check_head(vote.terms, board.co_op, head)
    except NotTakenError:
        return False
    leaves: list[bytes] = []
    if head.size != board.size:
        leaves = await boards.leaves(work, vote.id, board.co_op, board.size)
    if (merkle.root_of(leaves[: head.size]) if leaves else board.frontier.root) != head.root:
        return await _prove_fork(work, vote, board, signed, head, leaves)
    fresh[head.size, head.root] = Head(head.size, head.root, head.signature)
    return False


async def _prove_fork(work: Work, vote: Vote, board: Kept, signed: Checkpoint, head: SignedHead, leaves: list[bytes]) -> bool:
    terms = vote.terms
    other = await boards.last_head(work, vote.id, board.co_op)
    if other is None or other.size < head.size:
        return False
    first = evidence.note_text(terms, board.co_op, signed, head.signature)
    ours = Checkpoint(signed.origin, other.size, other.root)
    second = evidence.note_text(terms, board.co_op, ours, other.signature)
    if other.size == head.size:
        paper = evidence.fork_of_one_size(board.co_op, *sorted((first, second)))
    else:
        root = merkle.root_of(leaves[: head.size])
        paper = evidence.fork_of_two_sizes(board.co_op, first, second, root, merkle.consistency_proof(leaves, head.size, other.size))
    return await papers.add(work, vote.id, evidence.FORK, paper)


async def _take_cosignature(work: Work, vote: Vote, board: Kept, one: BroughtCosignature, heads: Mapping[tuple[int, bytes], Head]) -> bool:
    """Keeps what a cut can ask for; its head, one of `heads`, is kept with it."""
    held = await boards.cosignatures(work, vote.id, board.co_op)
    theirs = {_brought(each) for each in held if each.witness == one.witness}
    if one in theirs or (one.size, one.root) not in heads:
        return False
    kept = witnessing.worth_keeping(vote.terms, theirs | {one})
    fallen = witnessing.falls(theirs | {one})
    if one not in kept and fallen is None:
        return False
    witnessing.check_cosignature(vote.terms, board.co_op, one)
    if fallen is not None:
        await _prove_falling(work, vote, board, fallen, heads)
    if one not in kept:
        return False
    await boards.add_head(work, vote.id, board.co_op, heads[one.size, one.root])
    await boards.add_cosignature(work, vote.id, board.co_op, _kept(one))
    for gone in theirs - kept:
        await boards.drop_cosignature(work, vote.id, board.co_op, _kept(gone))
    return True


async def _prove_falling(
    work: Work,
    vote: Vote,
    board: Kept,
    fallen: tuple[BroughtCosignature, BroughtCosignature],
    heads: Mapping[tuple[int, bytes], Head],
) -> None:
    origin = checkpoint.origin_of(board.co_op, vote.id)
    notes = [
        evidence.note_text(
            vote.terms,
            board.co_op,
            Checkpoint(origin, one.size, one.root),
            heads[one.size, one.root].signature,
            [(one.witness, one.time, one.signature)],
        )
        for one in fallen
    ]
    paper = evidence.falling_dates(fallen[0].witness, board.co_op, notes[0], notes[1])
    await papers.add(work, vote.id, evidence.FALLING_DATES, paper)


def _brought(one: Witnessed) -> BroughtCosignature:
    return BroughtCosignature(one.witness, one.size, one.root, one.time, one.signature)


def _kept(one: BroughtCosignature) -> Witnessed:
    return Witnessed(one.witness, one.size, one.root, one.time, one.signature)
