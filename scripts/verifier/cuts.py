"""Checks 6, 7 and 12: the heads of a board, falling dates, and the cut of the board at a time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from scripts.verifier import checkpoints
from scripts.verifier.checkpoints import CheckpointKeys, SignedCheckpoint
from scripts.verifier.errors import CheckFailedError
from scripts.verifier.merkle import MerkleTree
from scripts.verifier.terms import Party, VoteTerms


@dataclass
class BoardHeads:
    """The verified heads of one board, in order of size."""

    board: str
    checkpoints: list[SignedCheckpoint] = field(default_factory=list)

    @property
    def cosignature_count(self) -> int:
        return sum(len(note.cosignatures) for note in self.checkpoints)

    def largest_cosigned(self, witness: str, at: int) -> int:
        """s_W(t): the largest size this witness cosigned with a date at or before `at`."""
        sizes = (
            note.size
            for note in self.checkpoints
            for cosignature in note.cosignatures
            if cosignature.witness == witness and cosignature.time <= at
        )
        return max(sizes, default=0)

    def cut_at(self, terms: VoteTerms, at: int) -> int:
        """The q-th largest of the sizes its witnesses had cosigned by then."""
        sizes = sorted((self.largest_cosigned(witness, at) for witness in terms.parties if witness != self.board), reverse=True)
        return sizes[terms.q - 1]

    def witnesses_with_falling_dates(self) -> list[str]:
        """The witnesses whose dates fall while sizes rise."""
        latest: dict[str, int] = {}
        fallen: set[str] = set()
        for checkpoint in self.checkpoints:
            dates: dict[str, list[int]] = {}
            for cosignature in checkpoint.cosignatures:
                dates.setdefault(cosignature.witness, []).append(cosignature.time)
            for witness, times in dates.items():
                if min(times) < latest.get(witness, 0):
                    fallen.add(witness)
                latest[witness] = max(*times, latest.get(witness, 0))
        return sorted(fallen)


def checkpoint_keys(party: Party, terms: VoteTerms) -> CheckpointKeys:
    witnesses = {other.id: other.witness for other in terms.parties.values() if other.id != party.id}
    return CheckpointKeys(terms.vote, party.id, party.board, witnesses)


def read_heads(party: Party, tree: MerkleTree, content: list[bytes], terms: VoteTerms) -> BoardHeads:
    """Parses and verifies all heads of a board. Raises `CheckFailedError` 6 or 7."""
    keys, heads = checkpoint_keys(party, terms), BoardHeads(party.id)
    for data in content:
        checkpoint = checkpoints.read_checkpoint(data, keys)
        if checkpoint.size > tree.size or tree.root(checkpoint.size) != checkpoint.root:
            raise CheckFailedError(
                6, f"a checkpoint of {party.id} of {checkpoint.size} entries is not the head of the entries that are here"
            )
        if heads.checkpoints and checkpoint.size <= heads.checkpoints[-1].size:
            raise CheckFailedError(6, f"the sizes of the checkpoints of {party.id} do not rise")
        if not checkpoint.cosignatures:
            raise CheckFailedError(7, f"a checkpoint of {party.id} of {checkpoint.size} entries has no cosignature")
        heads.checkpoints.append(checkpoint)
    if not heads.checkpoints and (party.participant or tree.size):
        raise CheckFailedError(6, f"the board of {party.id} has no checkpoint")
    if heads.checkpoints and heads.checkpoints[-1].size != tree.size:
        raise CheckFailedError(6, f"the last checkpoint of {party.id} is not of all its entries")
    return heads


def check_falling_dates(heads: BoardHeads, declared: Collection[tuple[str, str]]) -> None:
    """Refuses falling dates without evidence. `declared`: (witness, board) of each piece of such evidence. Raises `CheckFailedError` 7."""
    for witness in heads.witnesses_with_falling_dates():
        if (witness, heads.board) not in declared:
            raise CheckFailedError(
                7, f"the dates of {witness} fall on the board of {heads.board} while its sizes rise, and no evidence says so"
            )


def final_cuts(
    terms: VoteTerms, heads: Mapping[str, BoardHeads], trees: Mapping[str, MerkleTree], settled: Mapping[str, int] | None
) -> dict[str, int]:
    """The cut of every participant's board at T, or as the settlement sets it. Raises `CheckFailedError` 12."""
    sizes = {}
    for co_op in terms.participants:
        sizes[co_op] = heads[co_op].cut_at(terms, terms.concluded_from) if settled is None else settled.get(co_op, 0)
        if sizes[co_op] > trees[co_op].size:
            raise CheckFailedError(12, f"the board of {co_op} does not reach its cut")
    return sizes
