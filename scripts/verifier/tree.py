"""The Merkle tree of RFC 6962, section 2.1, over the entries of a board."""

import hashlib
from collections.abc import Iterable

EMPTY = hashlib.sha256(b"").hexdigest()


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\0" + entry).digest()


class Tree:
    """Keeps the hash of every complete subtree, so that the root of any size costs a few hashes. 64 bytes an entry."""

    def __init__(self, entries: Iterable[bytes]) -> None:
        self._levels = [[leaf_hash(entry) for entry in entries]]
        while len(self._levels[-1]) > 1:
            below = self._levels[-1]
            self._levels.append([_node(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)])

    @property
    def size(self) -> int:
        return len(self._levels[0])

    def leaf(self, index: int) -> str:
        return self._levels[0][index].hex()

    def root(self, size: int) -> str:
        """Hex of the root of the first `size` entries; `size` is at most all."""
        if size == 0:
            return EMPTY
        # The complete subtrees of a tree of this size, from the right, are the ones of its binary digits.
        root, at = b"", size
        for height in range(size.bit_length()):
            if size >> height & 1:
                at -= 1 << height
                left = self._levels[height][at >> height]
                root = _node(left, root) if root else left
        return root.hex()


def consistent(first: tuple[int, str], second: tuple[int, str], proof: list[str]) -> bool:
    """Whether the proof shows that the tree of the first (size, root in hex) begins the tree of the second: RFC 9162, section 2.1.4.2."""
    (fewer, first_root), (more, second_root) = first, second
    path = [bytes.fromhex(one) for one in proof]
    if not 0 < fewer < more or not path:
        return False
    if fewer & (fewer - 1) == 0:
        path.insert(0, bytes.fromhex(first_root))
    fewer, more = fewer - 1, more - 1
    while fewer & 1:
        fewer, more = fewer >> 1, more >> 1
    small = large = path[0]
    for one in path[1:]:
        if more == 0:
            return False
        if fewer & 1 or fewer == more:
            small, large = _node(one, small), _node(one, large)
            while not fewer & 1 and fewer:
                fewer, more = fewer >> 1, more >> 1
        else:
            large = _node(large, one)
        fewer, more = fewer >> 1, more >> 1
    return more == 0 and (small.hex(), large.hex()) == (first_root, second_root)


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()
