"""What a bundle shows of boards that are larger than the ones in it.

The packer of a bundle chooses how far its boards reach. But the parties have written down elsewhere what they held: each in its `closed`,
and in heads that are evidence. A `closed` entry counts here as the cosignature that it says was made. Where the boards would then be cut
elsewhere, something is missing that decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from scripts.verifier import cuts
from scripts.verifier.board import Board
from scripts.verifier.cuts import BoardHeads
from scripts.verifier.terms import Terms


@dataclass
class Contradictions:
    """Sentences about what is missing. `deciding`: it could change the count; `contesting`: people must look; `told`: all of them."""

    deciding: bool = False
    contesting: bool = False
    told: list[str] = field(default_factory=list)


def claims_of(board: Board, terms: Terms) -> dict[str, tuple[int, str]]:
    """By board, size and root: what this party says in its `closed` that it cosigned in time."""
    if board.closed is None:
        return {}
    return {
        other: (size, root)
        for other, (size, root, date) in board.closed.boards.items()
        if other in terms.parties and other != board.owner.id and size and date <= terms.concluded_from
    }


def find_contradictions(
    terms: Terms, boards: Mapping[str, Board], heads: Mapping[str, BoardHeads], evidence_heads: Mapping[str, int], *, settled: bool
) -> Contradictions:
    """`evidence_heads`: by board, the largest size of a head in evidence. Where people settled the cuts, no claim changes them."""
    found = Contradictions()
    for co_op, board in sorted(boards.items()):
        participant = board.owner.participant
        claims = _believable_claims(co_op, terms, boards, heads[co_op], found)
        sizes = {witness: max(heads[co_op].by_conclusion.get(witness, 0), claims.get(witness, 0)) for witness in terms.parties}
        if participant and not settled and cuts.cut(co_op, sizes, terms) != cuts.cut(co_op, heads[co_op].by_conclusion, terms):
            found.deciding = True
        elif participant and max(claims.values(), default=0) > board.size:
            found.contesting = True
        shown = evidence_heads.get(co_op, 0)
        if shown > board.size:
            found.told.append(f"evidence here has a head of the board of {co_op} with {shown} entries; only {board.size} are in this file")
            found.deciding |= participant and not settled
    return found


def _believable_claims(co_op: str, terms: Terms, boards: Mapping[str, Board], heads: BoardHeads, found: Contradictions) -> dict[str, int]:
    """By witness: a size that it says it cosigned in time, and that the file does not show."""
    claims: dict[str, int] = {}
    for witness in sorted(terms.parties):
        size, root = claims_of(boards[witness], terms).get(co_op, (0, ""))
        known, later = heads.by_conclusion.get(witness, 0), heads.after_conclusion.get(witness)
        if size <= boards[co_op].size and size and boards[co_op].roots.get(size, root) != root:
            found.told.append(f"{witness} says in its closed entry that it cosigned another board of {co_op} than the one in this file")
            found.contesting = True
        elif size > known and later is not None and later < size:
            found.told.append(
                f"{witness} says in its closed entry that it cosigned {size} entries of {co_op}, and later cosigned only {later}: "
                "one of the two is not true, and the larger is not believed"
            )
        elif size > known:
            found.told.append(
                f"{witness} says in its closed entry that it cosigned {size} entries of {co_op} in time; this file shows {known}"
            )
            claims[witness] = size
    return claims
