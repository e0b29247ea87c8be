"""Check 1: the ustar archive, in which every byte is prescribed, so that no byte can change unnoticed.

Only documents are read into memory. Boards and heads stay in the file and are read piece by piece.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import SEEK_END
from itertools import repeat
from struct import Struct
from typing import BinaryIO, NamedTuple

from scripts.verifier.errors import CheckFailedError, DamagedError

BLOCK = 512
MAX_BUNDLE_BYTES = 2 * 1024**3
MAX_CHECKPOINTS = 4096
MAX_EVIDENCE = 1000
_KIB = 1024
_CO_OP = r"[a-z0-9][a-z0-9.-]{2,62}"
_PIECE_BYTES = 1024 * 1024
_RUN_BYTES = 4096
_LENGTH = Struct(">I")
_MAGIC_AT, _MAGIC = 257, b"ustar\x0000"


@dataclass(frozen=True)
class _MemberKind:
    name: re.Pattern[str]
    max_bytes: int


# In the order of the members of a bundle. Boards and checkpoints are framed; read_frames limits each item.
_MEMBER_KINDS = (
    _MemberKind(re.compile("terms"), 64 * _KIB),
    _MemberKind(re.compile(f"identity/({_CO_OP})"), 64 * _KIB),
    _MemberKind(re.compile(f"boards/({_CO_OP})/entries"), MAX_BUNDLE_BYTES),
    _MemberKind(re.compile(f"boards/({_CO_OP})/checkpoints"), MAX_CHECKPOINTS * (64 * _KIB + 4)),
    _MemberKind(re.compile("outcome"), 64 * _KIB * _KIB),
    _MemberKind(re.compile(f"signatures/({_CO_OP})"), 8 * _KIB),
    _MemberKind(re.compile("evidence/([0-9a-f]{64})"), 256 * _KIB),
)


class Part(NamedTuple):
    """The content of a member: where it is in the file."""

    file: BinaryIO
    offset: int
    size: int

    def read(self) -> bytes:
        self.file.seek(self.offset)
        return self.file.read(self.size)

    def pieces(self) -> Iterator[bytes]:
        """The content in pieces of at most 1 MiB."""
        for start in range(0, self.size, _PIECE_BYTES):
            self.file.seek(self.offset + start)
            yield self.file.read(min(_PIECE_BYTES, self.size - start))


class FrameLimits(NamedTuple):
    """At most `items` items of `bytes`, the first of `first_bytes`; `what` names them for a person."""

    items: int
    bytes: int
    first_bytes: int
    what: str


@dataclass
class BundleMembers:
    """The contents of a bundle by kind and co-op id; evidence by its hash."""

    count: int = 0
    terms: bytes = b""
    outcome: Part | None = None
    identities: dict[str, bytes] = field(default_factory=dict)
    entries: dict[str, Part] = field(default_factory=dict)
    checkpoints: dict[str, Part] = field(default_factory=dict)
    signatures: dict[str, bytes] = field(default_factory=dict)
    evidence: dict[str, Part] = field(default_factory=dict)


def read_archive(file: BinaryIO) -> BundleMembers:
    """Finds the members of the archive. Raises `DamagedError`, and `CheckFailedError` 1."""
    end = file.seek(0, SEEK_END)
    if end > MAX_BUNDLE_BYTES:
        raise CheckFailedError(1, "the file is larger than 2 GiB")
    first = _read_at(file, 0, BLOCK)
    if first[:6] != b"terms\0" and first[_MAGIC_AT : _MAGIC_AT + len(_MAGIC)] != _MAGIC and first != bytes(BLOCK):
        raise DamagedError("it does not begin as a bundle does")
    members, offset, before = BundleMembers(), 0, (-1, "")
    while (block := _read_at(file, offset, BLOCK))[:1] != b"\0":
        if len(block) < BLOCK:
            raise DamagedError("it is cut short")
        name, size = _read_header(block)
        kind, key = _find_kind(name)
        if (kind, name) <= before:
            raise CheckFailedError(1, f"{name} does not stand in its place")
        before = (kind, name)
        if size > _MEMBER_KINDS[kind].max_bytes:
            raise CheckFailedError(1, f"{name} is longer than allowed")
        start, padding = offset + BLOCK, -size % BLOCK
        offset = start + size + padding
        if offset > end:
            raise DamagedError(f"it is cut short in {name}")
        if any(_read_at(file, offset - padding, padding)):
            raise CheckFailedError(1, f"{name} is not padded with zeros")
        _store_member(members, kind, key, Part(file, start, size))
    _check_end(file, offset, end)
    if not members.terms:
        raise CheckFailedError(1, "there is no member named terms")
    return members


def _check_end(file: BinaryIO, offset: int, end: int) -> None:
    if offset + 2 * BLOCK > end:
        raise DamagedError("it is cut short at its end")
    if offset + 2 * BLOCK < end or any(_read_at(file, offset, 2 * BLOCK)):
        raise CheckFailedError(1, "the archive does not end with exactly two blocks of zeros")


def check_members(members: BundleMembers, parties: set[str], participants: set[str]) -> None:
    """Compares the member names with the parties of the terms. Raises `CheckFailedError` 1."""
    for present, what in ((members.identities, "identity"), (members.entries, "entries"), (members.checkpoints, "checkpoints")):
        for co_op in sorted(parties - set(present)):
            raise CheckFailedError(1, f"the {what} of {co_op} is missing")
        for co_op in sorted(set(present) - parties):
            raise CheckFailedError(1, f"there is {what} of {co_op}, who is no party of this vote")
    for co_op in sorted(set(members.signatures) - participants):
        raise CheckFailedError(1, f"there is a signature of {co_op}, who is no participant of this vote")


def read_frames(content: Part, limits: FrameLimits) -> Iterator[bytes]:
    """Splits LP() frames. Raises `CheckFailedError` 1."""
    unpack, most, number, rest = _LENGTH.unpack_from, limits.first_bytes, 0, b""
    for piece in content.pieces():
        data = rest + piece if rest else piece
        offset, end = 0, len(data)
        while end - offset >= _LENGTH.size:
            (size,) = unpack(data, offset)
            start = offset + _LENGTH.size
            stop = start + size
            if size > most or number == limits.items:
                raise CheckFailedError(1, f"{limits.what}: number {number} is longer than allowed, or one too many")
            if stop > end:
                break
            most = limits.bytes
            if size:
                yield data[start:stop]
                number, offset = number + 1, stop
            else:
                run = min(_empty_run(data, offset), limits.items - number)
                yield from repeat(b"", run)
                number, offset = number + run, offset + run * _LENGTH.size
        rest = data[offset:]
    if rest:
        raise CheckFailedError(1, f"{limits.what}: number {number} is cut short")


def count_frames(content: Part, limits: FrameLimits) -> int:
    """How many items `read_frames` will give; raises what it will raise."""
    unpack, most, number, skip, rest = _LENGTH.unpack_from, limits.first_bytes, 0, 0, b""
    for piece in content.pieces():
        data = rest + piece if rest else piece
        end = len(data)
        while skip + _LENGTH.size <= end:
            (size,) = unpack(data, skip)
            if size > most or number == limits.items:
                raise CheckFailedError(1, f"{limits.what}: number {number} is longer than allowed, or one too many")
            run = 1 if size else min(_empty_run(data, skip), limits.items - number)
            number, skip, most = number + run, skip + _LENGTH.size * run + size, limits.bytes
        rest = data[skip:]
        skip = max(skip - end, 0)
    if rest or skip:
        raise CheckFailedError(1, f"{limits.what}: number {number - bool(skip)} is cut short")
    return number


def _empty_run(data: bytes, at: int) -> int:
    """How many empty items follow from there. They are the cheapest to make in millions, so they are counted at once."""
    rest = data[at : at + _RUN_BYTES]
    return (len(rest) - len(rest.lstrip(b"\0"))) // _LENGTH.size


def _read_at(file: BinaryIO, offset: int, size: int) -> bytes:
    file.seek(offset)
    return file.read(size)


def _read_header(block: bytes) -> tuple[str, int]:
    """The name and the size. Only the header that follows from exactly these two is accepted."""
    try:
        name = block[:100].rstrip(b"\0").decode("ascii")
        size = int(block[124:135].decode("ascii"), 8)
    except ValueError:
        raise CheckFailedError(1, "a header's name or size cannot be read") from None
    if block != _write_header(name, size):
        raise CheckFailedError(1, "a header is not written as it must be")
    return name, size


def _write_header(name: str, size: int) -> bytes:
    numbers = b"0000644\0" + b"0000000\0" * 2 + b"%011o\0" % size + b"0" * 11 + b"\0"
    front, back = name.encode("ascii").ljust(100, b"\0") + numbers, b"0".ljust(101, b"\0") + b"ustar\x0000"
    block = (front + b" " * 8 + back).ljust(BLOCK, b"\0")
    return front + b"%06o\0 " % sum(block) + block[156:]


def _find_kind(name: str) -> tuple[int, str]:
    for kind, member_kind in enumerate(_MEMBER_KINDS):
        match = member_kind.name.fullmatch(name)
        if match:
            return kind, match[1] if match.re.groups else ""
    raise CheckFailedError(1, "a member has a name that no bundle has")


def _store_member(members: BundleMembers, kind: int, key: str, content: Part) -> None:
    members.count += 1
    match kind:
        case 0:
            members.terms = content.read()
        case 1:
            members.identities[key] = content.read()
        case 2:
            members.entries[key] = content
        case 3:
            members.checkpoints[key] = content
        case 4:
            members.outcome = content
        case 5:
            members.signatures[key] = content.read()
        case _:
            members.evidence[key] = content
            if len(members.evidence) > MAX_EVIDENCE:
                raise CheckFailedError(1, "there are more than 1,000 pieces of evidence")
            if hashlib.sha256(content.read()).hexdigest() != key:
                raise CheckFailedError(1, f"evidence/{key} does not have that hash")
