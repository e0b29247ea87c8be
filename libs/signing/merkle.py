"""The Merkle tree of a board: RFC 6962, section 2, over SHA-256.

A tree proves two things about a series of entries in a few hashes: that an entry is in it at its index, and that a later tree
only added to an earlier one. Entries come as leaf hashes: the caller hashes each entry once, and everything here works on 32 bytes.

Proofs are made as RFC 6962 defines them and checked by the steps of RFC 9162 (its successor, with the same trees).
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

HASH_SIZE = 32
# `tree_size` of RFC 6962, section 3.5, is an unsigned 64-bit number.
LARGEST_SIZE = 2**64 - 1

# Section 2.1: MTH({}) = SHA-256().
EMPTY_ROOT = hashlib.sha256(b"").digest()

_SIZE_BYTES = 8


class BadTreeError(ValueError):
    """The leaves, sizes or bytes are not those of a tree."""


class BadProofError(ValueError):
    """The proof does not prove its claim."""


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry), 32 bytes: RFC 6962, section 2.1."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right), 32 bytes: RFC 6962, section 2.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, over leaf hashes. Raises `BadTreeError` when one is not 32 bytes.

    Level by level: each pair becomes its node, a last one without a partner moves up unchanged. That is the RFC's split at the largest
    power of two, seen from below.
    """
    if any(len(leaf) != HASH_SIZE for leaf in leaves):
        raise BadTreeError("a leaf hash has 32 bytes")
    level = leaves
    while len(level) > 1:
        parents = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
        if len(level) % 2:
            parents.append(level[-1])
        level = parents
    return level[0] if level else EMPTY_ROOT


@dataclass(frozen=True)
class Frontier:
    """The right edge of a tree: all that is needed to append to it and to compute its root.

    `peaks` are the roots of the perfect subtrees, the largest first, one for each one-bit of `size`: at most 64 of 32 bytes. RFC 6962,
    section 2.1, splits at the largest power of two, so that these subtrees never change again.
    """

    size: int
    peaks: tuple[bytes, ...]

    def __post_init__(self) -> None:
        """Raises `BadTreeError` if no tree has this edge."""
        if not 0 <= self.size <= LARGEST_SIZE or len(self.peaks) != self.size.bit_count():
            raise BadTreeError("a frontier has one peak for each one-bit of its size")
        if any(len(peak) != HASH_SIZE for peak in self.peaks):
            raise BadTreeError("a peak has 32 bytes")

    @classmethod
    def empty(cls) -> Self:
        """The frontier of the empty tree."""
        return cls(0, ())

    def append(self, leaf: bytes) -> Self:
        """The frontier after one more leaf hash. Raises `BadTreeError`."""
        return self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> Self:
        """The frontier after these leaf hashes, in order; costs about one node for each. Raises `BadTreeError`."""
        size, peaks = self.size, list(self.peaks)
        for leaf in leaves:
            if len(leaf) != HASH_SIZE:
                raise BadTreeError("a leaf hash has 32 bytes")
            top, full = leaf, size
            while full & 1:
                top = node_hash(peaks.pop(), top)
                full >>= 1
            peaks.append(top)
            size += 1
        return type(self)(size, tuple(peaks))

    @property
    def root(self) -> bytes:
        """MTH of RFC 6962, section 2.1: the peaks folded from the smallest."""
        if not self.peaks:
            return EMPTY_ROOT
        top = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            top = node_hash(peak, top)
        return top

    def encoded(self) -> bytes:
        """The size in 8 bytes, big-endian, then the peaks: 8 to 2056 bytes."""
        return self.size.to_bytes(_SIZE_BYTES, "big") + b"".join(self.peaks)

    @classmethod
    def decoded(cls, data: bytes) -> Self:
        """Decodes a frontier. Raises `BadTreeError`."""
        size = int.from_bytes(data[:_SIZE_BYTES], "big")
        if len(data) != _SIZE_BYTES + HASH_SIZE * size.bit_count():
            raise BadTreeError("not the bytes of a frontier")
        return cls(size, tuple(data[start : start + HASH_SIZE] for start in range(_SIZE_BYTES, len(data), HASH_SIZE)))


def inclusion_proof(leaves: Sequence[bytes], index: int, size: int) -> list[bytes]:
    """PATH(index, D[size]) of RFC 6962, section 2.1.1: at most 64 hashes, the leaf's neighbour first. Costs one hash for each leaf.

    `leaves` are the leaf hashes of the first `size` entries or more. Raises `BadTreeError` unless 0 <= index < size <= their number.
    """
    if not 0 <= index < size <= len(leaves):
        raise BadTreeError("no such entry in these leaves")
    path: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _largest_power_of_two_below(end - begin)
        if index < middle:
            path.append(root_of(leaves[middle:end]))
            end = middle
        else:
            path.append(root_of(leaves[begin:middle]))
            begin = middle
    return path[::-1]


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Checks that the entry with this leaf hash is at `index` (from 0) in the tree of this size and root. Raises `BadProofError`.

    RFC 6962, section 2.1.1; the steps are those of RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size <= LARGEST_SIZE:
        raise BadProofError("no such entry in a tree of that size")
    _check_hashes(leaf, root, *proof)
    _, top = _roots_from_path(index, size - 1, leaf, proof)
    if top != root:
        raise BadProofError("the entry is not in that tree")


def consistency_proof(leaves: Sequence[bytes], first: int, second: int) -> list[bytes]:
    """PROOF(first, D[second]) of RFC 6962, section 2.1.2: at most 65 hashes; none when the sizes are equal. Costs a hash for each leaf.

    From the empty tree there is nothing to prove: no hashes, and `verify_consistency` refuses them unless `second` is 0 too.
    `leaves` are the leaf hashes of the first `second` entries or more. Raises `BadTreeError` unless 0 <= first <= second <= their number.
    """
    if not 0 <= first <= second <= len(leaves):
        raise BadTreeError("no such sizes in these leaves")
    if first in {0, second}:
        return []
    path: list[bytes] = []
    begin, end = 0, second
    # SUBPROOF(m, D, b): the old tree ends at `first`; while `begin` is 0 its root is the one the checker already has, and b is true.
    while end != first:
        middle = begin + _largest_power_of_two_below(end - begin)
        if first <= middle:
            path.append(root_of(leaves[middle:end]))
            end = middle
        else:
            path.append(root_of(leaves[begin:middle]))
            begin = middle
    if begin:
        path.append(root_of(leaves[begin:end]))
    return path[::-1]


def verify_consistency(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> None:
    """Checks that the tree of `second` entries begins with the tree of `first` entries. Raises `BadProofError`.

    RFC 6962, section 2.1.2; the steps are those of RFC 9162, section 2.1.4.2. It is defined for 0 < first: every tree begins with the empty
    one, so a proof from there would show nothing and is refused. Two empty trees are consistent when both roots are the
    empty one.
    """
    if not 0 <= first <= second <= LARGEST_SIZE:
        raise BadProofError("the later tree is smaller")
    if first == second:
        if proof or first_root != second_root or (not first and first_root != EMPTY_ROOT):
            raise BadProofError("trees of one size differ, or need no proof")
        return
    if not first:
        raise BadProofError("nothing is shown by a proof from the empty tree")
    _check_hashes(first_root, second_root, *proof)
    if not proof:
        raise BadProofError("the proof is empty")
    # A perfect first tree is itself the node from which the proof starts.
    start, *path = [first_root, *proof] if first.bit_count() == 1 else proof
    index, last = first - 1, second - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    if _roots_from_path(index, last, start, path) != (first_root, second_root):
        raise BadProofError("the later tree does not begin with the earlier one")


def _roots_from_path(index: int, last_index: int, start: bytes, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Two roots reached from the node `start`, the `index`-th on its level of a tree, where `last_index` is the last one there.

    The first is the root of the tree that ends with that node, made only of nodes to its left; the second is that of the whole tree.
    """
    old = new = start
    for other in path:
        if not last_index:
            raise BadProofError("the proof is too long")
        if index & 1 or index == last_index:
            old, new = node_hash(other, old), node_hash(other, new)
            while index and not index & 1:
                index, last_index = index >> 1, last_index >> 1
        else:
            new = node_hash(new, other)
        index, last_index = index >> 1, last_index >> 1
    if last_index:
        raise BadProofError("the proof is too short")
    return old, new


def _largest_power_of_two_below(size: int) -> int:
    """The largest power of two smaller than `size` (at least 2): k of RFC 6962, section 2.1."""
    return 1 << ((size - 1).bit_length() - 1)


def _check_hashes(*hashes: bytes) -> None:
    if any(len(digest) != HASH_SIZE for digest in hashes):
        raise BadProofError("a hash has 32 bytes")
