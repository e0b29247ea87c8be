"""Packs a finished vote into one file as specified in docs/formats/bundle.md: a ustar archive in which every byte is determined."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_BLOCK = 512


@dataclass(frozen=True)
class BoardFile:
    """One board: its entries from the first, and its notes by increasing size; the last note covers exactly these entries."""

    entries: Sequence[bytes]
    notes: Sequence[bytes]


@dataclass(frozen=True)
class Bundle:
    """The content of a bundle. `outcome` is None if the vote was annulled or nothing was signed."""

    terms: bytes
    identities: Mapping[str, bytes]
    boards: Mapping[str, BoardFile]
    outcome: bytes | None
    signatures: Mapping[str, bytes]
    evidence: Sequence[bytes]


def pack(bundle: Bundle) -> bytes:
    """The bytes of the bundle file."""
    blocks: list[bytes] = []
    _add_file(blocks, "terms", bundle.terms)
    for co_op, document in sorted(bundle.identities.items()):
        _add_file(blocks, f"identity/{co_op}", document)
    # Kind by kind, and by name within a kind: "ash-grove/" comes before "ash/".
    for co_op, board in sorted(bundle.boards.items(), key=lambda document: f"{document[0]}/"):
        _add_file(blocks, f"boards/{co_op}/entries", _length_prefixed(board.entries))
    for co_op, board in sorted(bundle.boards.items(), key=lambda document: f"{document[0]}/"):
        _add_file(blocks, f"boards/{co_op}/checkpoints", _length_prefixed(board.notes))
    if bundle.outcome is not None:
        _add_file(blocks, "outcome", bundle.outcome)
    for co_op, entry in sorted(bundle.signatures.items()):
        _add_file(blocks, f"signatures/{co_op}", entry)
    for digest, content in sorted((hashlib.sha256(document).hexdigest(), document) for document in bundle.evidence):
        _add_file(blocks, f"evidence/{digest}", content)
    return b"".join([*blocks, bytes(2 * _BLOCK)])


def _length_prefixed(items: Iterable[bytes]) -> bytes:
    return b"".join(len(item).to_bytes(4, "big") + item for item in items)


def _add_file(blocks: list[bytes], name: str, content: bytes) -> None:
    blocks.append(_header(name, len(content)))
    blocks.append(content)
    blocks.append(bytes(-len(content) % _BLOCK))


def _header(name: str, size: int) -> bytes:
    """The tar header: name, mode, uid, gid, size, mtime, checksum, kind, link name, magic and version; nothing else."""
    before = name.encode("ascii").ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + b"%011o\0" % size + b"%011o\0" % 0
    after = (b"0" + bytes(100) + b"ustar\x0000").ljust(_BLOCK - len(before) - 8, b"\0")
    return before + b"%06o\0 " % sum(before + b" " * 8 + after) + after
