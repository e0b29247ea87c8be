"""SealBoard and CosignBoards: our own board gets a head that we sign; others' heads get our word that we hold what is under them.

Both are committed before they are anchored, and anchored before they leave (`border/traffic.py` sees to that).
"""

from collections.abc import Mapping, Sequence

from libs.database.engine import Work
from libs.signing import checkpoint
from libs.signing.checkpoint import Checkpoint
from services.federation.domain.witnessing import BroughtCosignature, worth_keeping
from services.federation.storage import boards, votes
from services.federation.storage.boards import Head, Witnessed
from services.federation.storage.votes import Vote, VoteKeys


async def seal_board(work: Work, vote: Vote, us: str, keys: VoteKeys) -> Head | None:
    """A head for everything on our own board; None when there is nothing new to sign."""
    board = await boards.hold(work, vote.id, us)
    last = await boards.last_head(work, vote.id, us)
    if board is None or not board.size or (last is not None and last.size >= board.size):
        return None
    signed = Checkpoint(checkpoint.origin_of(us, vote.id), board.size, board.frontier.root)
    head = Head(board.size, board.frontier.root, checkpoint.sign_checkpoint(keys.board, signed))
    await boards.add_head(work, vote.id, us, head)
    await boards.drop_idle_heads(work, vote.id, us)
    return head


async def to_cosign(work: Work, vote: Vote, us: str, anchored: Mapping[str, tuple[int, bytes]]) -> list[tuple[str, Head, list[Witnessed]]]:
    """Heads of others' boards that we hold and did not cosign yet, with our cosignatures of that board so far.

    `anchored` is what we signed before, by origin: a board shorter than that is mirrored anew first.
    """
    now = int(work.now.timestamp())
    revokers = await votes.revokers(work, vote.terms)
    if us in revokers:
        return []
    heads, cosigned = await boards.all_heads(work, vote.id), await boards.all_cosignatures(work, vote.id)
    found = []
    for co_op, of_board in heads.items():
        head, ours = of_board[-1], [one for one in cosigned.get(co_op, []) if one.witness == us]
        before = max((one.size for one in ours), default=0)
        signed = anchored.get(checkpoint.origin_of(co_op, vote.id), (0, b""))[0]
        # A date of ours ahead of now: the clock went back. Dates that fall while sizes rise would be misconduct, so it is waited for.
        if co_op != us and co_op not in revokers and head.size > before and head.size >= signed and all(one.time <= now for one in ours):
            found.append((co_op, head, ours))
    return found


async def cosign_boards(work: Work, vote: Vote, us: str, keys: VoteKeys, anchored: Mapping[str, tuple[int, bytes]], now: int) -> int:
    """Cosigns what `to_cosign` finds; gives how many. The vote is held (`votes.hold`), and `now` was asked for since: a larger size must
    never get an earlier date than a smaller one, and nothing a date before our own `closed`.
    """
    # Whoever takes a piece of a board holds it meanwhile, and may drop heads nobody cosigned: so it is held here, and looked at again.
    for co_op, _, _ in await to_cosign(work, vote, us, anchored):
        await boards.hold(work, vote.id, co_op)
    wanted = await to_cosign(work, vote, us, anchored)
    for co_op, head, ours in wanted:
        signed = Checkpoint(checkpoint.origin_of(co_op, vote.id), head.size, head.root)
        await _keep(work, vote, co_op, ours, Witnessed(us, head.size, head.root, now, checkpoint.cosign(keys.witness, signed, now)))
    return len(wanted)


async def _keep(work: Work, vote: Vote, co_op: str, ours: Sequence[Witnessed], one: Witnessed) -> None:
    await boards.add_cosignature(work, vote.id, co_op, one)
    kept = worth_keeping(vote.terms, [_value(each) for each in (*ours, one)])
    for each in ours:
        if _value(each) not in kept:
            await boards.drop_cosignature(work, vote.id, co_op, each)
    await boards.drop_idle_heads(work, vote.id, co_op)


def _value(one: Witnessed) -> BroughtCosignature:
    return BroughtCosignature(one.witness, one.size, one.root, one.time, one.signature)
