"""Packing a finished vote into one file, by docs/formats/bundle.md: a ustar archive of which every byte is laid down."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_BLOCK = 512


@dataclass(frozen=True)
class BoardFile:
    """One board: its entries from the first, and its notes by rising size; the last is of just these entries."""

    entries: Sequence[bytes]
    notes: Sequence[bytes]


@dataclass(frozen=True)
class Bundle:
    """What goes in. `outcome` is None where the vote was annulled or nothing was signed."""

    terms: bytes
    identities: Mapping[str, bytes]
    boards: Mapping[str, BoardFile]
    outcome: bytes | None
    signatures: Mapping[str, bytes]
    evidence: Sequence[bytes]


def pack(bundle: Bundle) -> bytes:
    """The bytes of the file."""
    pieces: list[bytes] = []
    _put(pieces, "terms", bundle.terms)
    for co_op, document in sorted(bundle.identities.items()):
        _put(pieces, f"identity/{co_op}", document)
    # Kind by kind, and by name within a kind: "ash-grove/" stands before "ash/".
    for co_op, board in sorted(bundle.boards.items(), key=lambda one: f"{one[0]}/"):
        _put(pieces, f"boards/{co_op}/entries", _framed(board.entries))
    for co_op, board in sorted(bundle.boards.items(), key=lambda one: f"{one[0]}/"):
        _put(pieces, f"boards/{co_op}/checkpoints", _framed(board.notes))
    if bundle.outcome is not None:
        _put(pieces, "outcome", bundle.outcome)
    for co_op, entry in sorted(bundle.signatures.items()):
        _put(pieces, f"signatures/{co_op}", entry)
    for digest, paper in sorted((hashlib.sha256(one).hexdigest(), one) for one in bundle.evidence):
        _put(pieces, f"evidence/{digest}", paper)
    return b"".join([*pieces, bytes(2 * _BLOCK)])


def _framed(items: Iterable[bytes]) -> bytes:
    return b"".join(len(item).to_bytes(4, "big") + item for item in items)


def _put(pieces: list[bytes], name: str, content: bytes) -> None:
    pieces.append(_header(name, len(content)))
    pieces.append(content)
    pieces.append(bytes(-len(content) % _BLOCK))


def _header(name: str, size: int) -> bytes:
    """Name, mode, uid, gid, size, mtime, checksum, kind, link name, magic and version; nothing else."""
    before = name.encode("ascii").ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + b"%011o\0" % size + b"%011o\0" % 0
    after = (b"0" + bytes(100) + b"ustar\x0000").ljust(_BLOCK - len(before) - 8, b"\0")
    return before + b"%06o\0 " % sum(before + b" " * 8 + after) + after
