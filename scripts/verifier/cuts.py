"""Checks 6, 7 and 12: the heads of a board, falling dates, and the cut of the board at a time."""

import heapq
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from scripts.verifier import checkpoints
from scripts.verifier.checkpoints import CheckpointKeys, SignedCheckpoint
from scripts.verifier.errors import CheckFailedError
from scripts.verifier.merkle import MerkleTree
from scripts.verifier.terms import Party, Terms


@dataclass
class BoardHeads:
    """What the verified heads of one board come to; the heads themselves are not kept.

    By witness: the largest size that it cosigned by `open_latest` and by T, and the smallest one after T.
    """

    board: str
    sizes: "array[int]" = field(default_factory=lambda: array("q"))
    roots: list[bytes] = field(default_factory=list)
    last_date: int = 0
    by_open_latest: dict[str, int] = field(default_factory=dict)
    by_conclusion: dict[str, int] = field(default_factory=dict)
    after_conclusion: dict[str, int] = field(default_factory=dict)
    falling: set[str] = field(default_factory=set)
    """The witnesses whose dates fall while sizes rise."""
    cosignature_count: int = 0
    _latest: dict[str, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return self.sizes[-1] if self.sizes else 0

    def add(self, checkpoint: SignedCheckpoint, terms: Terms) -> None:
        self.sizes.append(checkpoint.size)
        self.roots.append(bytes.fromhex(checkpoint.root))
        self.cosignature_count += len(checkpoint.cosignatures)
        dates: dict[str, list[int]] = {}
        for cosignature in checkpoint.cosignatures:
            dates.setdefault(cosignature.witness, []).append(cosignature.time)
        for witness, times in dates.items():
            self._add_dates(witness, checkpoint.size, times, terms)

    def _add_dates(self, witness: str, size: int, times: list[int], terms: Terms) -> None:
        if min(times) < self._latest.get(witness, 0):
            self.falling.add(witness)
        self._latest[witness] = max(*times, self._latest.get(witness, 0))
        self.last_date = max(self.last_date, *times)
        if min(times) <= terms.open_latest:
            self.by_open_latest[witness] = size
        if min(times) <= terms.concluded_from:
            self.by_conclusion[witness] = size
        if max(times) > terms.concluded_from:
            self.after_conclusion.setdefault(witness, size)


def checkpoint_keys(party: Party, terms: Terms) -> CheckpointKeys:
    witnesses = {other.id: other.witness for other in terms.parties.values() if other.id != party.id}
    return CheckpointKeys(terms.vote, party.id, party.board, witnesses)


def read_heads(party: Party, notes: Iterable[bytes], entries: int, terms: Terms) -> BoardHeads:
    """Parses the heads of a board of so many entries and verifies every signature. Raises `CheckFailedError` 6 or 7."""
    return collect_heads(party, _read_notes(party, notes, terms), entries, terms)


def merge_heads(party: Party, files: Iterable[Iterable[bytes]], entries: int, terms: Terms) -> BoardHeads:
    """The same for the heads of one board from several files. Each file by itself is known to be sound."""
    merged = heapq.merge(*(_read_notes(party, notes, terms) for notes in files), key=lambda checkpoint: checkpoint.size)
    return collect_heads(party, _unite(merged), entries, terms)


def collect_heads(party: Party, checkpoint_by_size: Iterable[SignedCheckpoint], entries: int, terms: Terms) -> BoardHeads:
    heads = BoardHeads(party.id)
    for checkpoint in checkpoint_by_size:
        if heads.sizes and checkpoint.size <= heads.size:
            raise CheckFailedError(6, f"the sizes of the checkpoints of {party.id} do not rise")
        if not checkpoint.cosignatures:
            raise CheckFailedError(7, f"a checkpoint of {party.id} of {checkpoint.size} entries has no cosignature")
        heads.add(checkpoint, terms)
    if not heads.sizes and (party.participant or entries):
        raise CheckFailedError(6, f"the board of {party.id} has no checkpoint")
    if heads.sizes and heads.size != entries:
        raise CheckFailedError(6, f"the last checkpoint of {party.id} is not of all its entries")
    return heads


def check_roots(heads: BoardHeads, tree: MerkleTree) -> None:
    """Compares every head with the entries. Raises `CheckFailedError` 6."""
    for size, root in zip(heads.sizes, heads.roots, strict=True):
        if tree.root(size) != root.hex():
            raise CheckFailedError(6, f"a checkpoint of {heads.board} of {size} entries is not the head of the entries that are here")


def check_falling_dates(heads: BoardHeads, declared: Collection[tuple[str, str]]) -> None:
    """Refuses falling dates without evidence. `declared`: (witness, board) of each piece of such evidence. Raises `CheckFailedError` 7."""
    for witness in sorted(heads.falling):
        if (witness, heads.board) not in declared:
            raise CheckFailedError(
                7, f"the dates of {witness} fall on the board of {heads.board} while its sizes rise, and no evidence says so"
            )


def cut(board: str, sizes: Mapping[str, int], terms: Terms) -> int:
    """The q-th largest of the sizes that the witnesses of a board had cosigned."""
    return sorted((sizes.get(witness, 0) for witness in terms.parties if witness != board), reverse=True)[terms.q - 1]


def _read_notes(party: Party, notes: Iterable[bytes], terms: Terms) -> Iterator[SignedCheckpoint]:
    keys = checkpoint_keys(party, terms)
    return (checkpoints.read_checkpoint(note, keys) for note in notes)


def _unite(merged: Iterable[SignedCheckpoint]) -> Iterator[SignedCheckpoint]:
    """One head of each size, with the cosignatures of all that have it."""
    for _, same in groupby(merged, key=lambda checkpoint: checkpoint.size):
        notes = list(same)
        cosignatures = {(one.witness, one.time): one for note in notes for one in note.cosignatures}
        yield SignedCheckpoint(notes[0].size, notes[0].root, tuple(cosignatures[key] for key in sorted(cosignatures)))
