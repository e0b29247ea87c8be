"""The heads of other boards that we hold and have not cosigned yet."""

from collections.abc import Mapping

from libs.database.engine import UnitOfWork
from libs.signing import checkpoint
from services.federation.domain.witnessing import Cosignature, SignedHead
from services.federation.storage import boards, votes
from services.federation.storage.votes import Vote


async def find_heads_to_cosign(
    work: UnitOfWork, vote: Vote, us: str, anchored: Mapping[str, tuple[int, bytes]]
) -> list[tuple[str, SignedHead, list[Cosignature]]]:
    """By board: its last head, with our cosignatures of it so far.

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
