"""The Merkle tree of RFC 6962, section 2.1, over the entries of a board."""

import hashlib
from collections.abc import Iterable

EMPTY = hashlib.sha256(b"").hexdigest()
_HASH_BYTES = 32


def leaf_hash(entry: bytes) -> str:
    return hashlib.sha256(b"\0" + entry).hexdigest()


class MerkleTree:
    """A Merkle tree that keeps the hash of every complete subtree (64 bytes an entry), so that the root of any size costs few hashes."""

    def __init__(self, entries: Iterable[bytes]) -> None:
        self._levels = [_leaf_level(entries)]
        while len(self._levels[-1]) > _HASH_BYTES:
            self._levels.append(_level_above(self._levels[-1]))

    @property
    def size(self) -> int:
        return len(self._levels[0]) // _HASH_BYTES

    def leaf(self, index: int) -> str:
        return self._hash_at(0, index).hex()

    def root(self, size: int) -> str:
        """The root, in hex, of the first `size` entries."""
        if size == 0:
            return EMPTY
        # The complete subtrees of a tree of this size, from the right, are the ones of its binary digits.
        root, at = b"", size
        for height in range(size.bit_length()):
            if size >> height & 1:
                at -= 1 << height
                left = self._hash_at(height, at >> height)
                root = _node_hash(left, root) if root else left
        return root.hex()

    def _hash_at(self, height: int, number: int) -> bytes:
        return bytes(self._levels[height][number * _HASH_BYTES : (number + 1) * _HASH_BYTES])


def _leaf_level(entries: Iterable[bytes]) -> bytearray:
    sha256, level = hashlib.sha256, bytearray()
    before, digest = b"", sha256(b"\0").digest()
    for entry in entries:
        # A board of millions of equal entries costs little to make, so it must cost little to hash.
        if entry != before:
            before, digest = entry, sha256(b"\0" + entry).digest()
        level += digest
    return level


def _level_above(below: bytearray) -> bytearray:
    sha256, level = hashlib.sha256, bytearray()
    before, digest = bytearray(), b""
    for at in range(0, len(below) - _HASH_BYTES, 2 * _HASH_BYTES):
        pair = below[at : at + 2 * _HASH_BYTES]
        if pair != before:
            before, digest = pair, sha256(b"\1" + pair).digest()
        level += digest
    return level


def is_consistent(first: tuple[int, str], second: tuple[int, str], proof: list[str]) -> bool:
    """Whether the proof shows that the tree of the first (size, root in hex) begins the tree of the second: RFC 9162, section 2.1.4.2."""
    (first_index, first_root), (second_index, second_root) = first, second
    path = [bytes.fromhex(proof_hash) for proof_hash in proof]
    if not 0 < first_index < second_index or not path:
        return False
    if first_index & (first_index - 1) == 0:
        path.insert(0, bytes.fromhex(first_root))
    first_index, second_index = first_index - 1, second_index - 1
    while first_index & 1:
        first_index, second_index = first_index >> 1, second_index >> 1
    first_computed = second_computed = path[0]
    for proof_hash in path[1:]:
        if second_index == 0:
            return False
        if first_index & 1 or first_index == second_index:
            first_computed, second_computed = _node_hash(proof_hash, first_computed), _node_hash(proof_hash, second_computed)
            while not first_index & 1 and first_index:
                first_index, second_index = first_index >> 1, second_index >> 1
        else:
            second_computed = _node_hash(second_computed, proof_hash)
        first_index, second_index = first_index >> 1, second_index >> 1
    return second_index == 0 and (first_computed.hex(), second_computed.hex()) == (first_root, second_root)


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()
