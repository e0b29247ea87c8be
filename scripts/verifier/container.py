"""Check 1: the ustar archive, of which every byte is laid down, so that no byte can be changed unseen."""

import hashlib
import re
from dataclasses import dataclass, field

from scripts.verifier.wrong import Wrong

BLOCK = 512
MOST_BYTES = 2 * 1024**3
MOST_ENTRIES = 2**21
MOST_NOTES = 4096
MOST_EVIDENCE = 1000
_KIB = 1024
_CO_OP = r"[a-z0-9][a-z0-9.-]{2,62}"


@dataclass(frozen=True)
class _Kind:
    name: re.Pattern[str]
    most_bytes: int


# In the order of the members of a bundle. Boards and their notes are framed; what stands in a frame has a limit of its own.
_KINDS = (
    _Kind(re.compile("terms"), 64 * _KIB),
    _Kind(re.compile(f"identity/({_CO_OP})"), 64 * _KIB),
    _Kind(re.compile(f"boards/({_CO_OP})/entries"), MOST_BYTES),
    _Kind(re.compile(f"boards/({_CO_OP})/checkpoints"), MOST_NOTES * (64 * _KIB + 4)),
    _Kind(re.compile("outcome"), 64 * _KIB * _KIB),
    _Kind(re.compile(f"signatures/({_CO_OP})"), 8 * _KIB),
    _Kind(re.compile("evidence/([0-9a-f]{64})"), 256 * _KIB),
)


@dataclass
class Members:
    """The content of a bundle by what it is: by co-op id, for evidence by its hash."""

    count: int = 0
    terms: bytes = b""
    outcome: bytes | None = None
    identities: dict[str, bytes] = field(default_factory=dict)
    entries: dict[str, memoryview] = field(default_factory=dict)
    checkpoints: dict[str, memoryview] = field(default_factory=dict)
    signatures: dict[str, bytes] = field(default_factory=dict)
    evidence: dict[str, bytes] = field(default_factory=dict)


def read(archive: bytes) -> Members:
    """Takes the archive apart. Raises `Wrong` 1."""
    if len(archive) > MOST_BYTES:
        raise Wrong(1, "the file is larger than 2 GiB")
    if len(archive) % BLOCK:
        raise Wrong(1, "the file is not made of whole blocks of 512 bytes")
    view, members, at, before = memoryview(archive), Members(), 0, (-1, "")
    while at < len(archive) and archive[at]:
        name, size = _header(archive[at : at + BLOCK])
        kind, key = _known(name)
        if (kind, name) <= before:
            raise Wrong(1, f"{name} does not stand in its place")
        before = (kind, name)
        if size > _KINDS[kind].most_bytes:
            raise Wrong(1, f"{name} is longer than allowed")
        start, end = at + BLOCK, at + BLOCK + size
        at = end + -size % BLOCK
        if at > len(archive) or any(view[end:at]):
            raise Wrong(1, f"{name} is cut short or not padded with zeros")
        _put(members, kind, key, view[start:end])
    if len(archive) - at != 2 * BLOCK or any(view[at:]):
        raise Wrong(1, "the archive does not end with exactly two blocks of zeros")
    if not members.terms:
        raise Wrong(1, "there is no member named terms")
    return members


def complete(members: Members, parties: set[str], participants: set[str]) -> None:
    """Holds the names against the parties of the terms. Raises `Wrong` 1."""
    for there, what in ((members.identities, "identity"), (members.entries, "entries"), (members.checkpoints, "checkpoints")):
        for one in sorted(parties - set(there)):
            raise Wrong(1, f"the {what} of {one} is missing")
        for one in sorted(set(there) - parties):
            raise Wrong(1, f"there is {what} of {one}, who is no party of this vote")
    for one in sorted(set(members.signatures) - participants):
        raise Wrong(1, f"there is a signature of {one}, who is no participant of this vote")


def frames(content: memoryview, most: int, limit: int, what: str, first: int = 0) -> list[bytes]:
    """What LP() put one after the other: at most `most` pieces of at most `limit` bytes, the first of at most `first`. Raises `Wrong` 1."""
    pieces: list[bytes] = []
    at, end = 0, len(content)
    while at < end:
        start = at + 4
        size = int.from_bytes(content[at:start], "big")
        at = start + size
        if size > (limit if pieces or not first else first) or len(pieces) == most:
            raise Wrong(1, f"{what}: number {len(pieces)} is longer than allowed, or one too many")
        if at > end:
            raise Wrong(1, f"{what}: number {len(pieces)} is cut short")
        pieces.append(bytes(content[start:at]))
    return pieces


def _header(block: bytes) -> tuple[str, int]:
    """The name and the size. A header is right when it is the one that this name and this size give."""
    try:
        name = block[:100].rstrip(b"\0").decode("ascii")
        size = int(block[124:135].decode("ascii"), 8)
    except ValueError:
        raise Wrong(1, "a header's name or size cannot be read") from None
    if block != _written(name, size):
        raise Wrong(1, "a header is not written as it must be")
    return name, size


def _written(name: str, size: int) -> bytes:
    numbers = b"0000644\0" + b"0000000\0" * 2 + b"%011o\0" % size + b"0" * 11 + b"\0"
    front, back = name.encode("ascii").ljust(100, b"\0") + numbers, b"0".ljust(101, b"\0") + b"ustar\x0000"
    block = (front + b" " * 8 + back).ljust(BLOCK, b"\0")
    return front + b"%06o\0 " % sum(block) + block[156:]


def _known(name: str) -> tuple[int, str]:
    for kind, one in enumerate(_KINDS):
        found = one.name.fullmatch(name)
        if found:
            return kind, found[1] if found.re.groups else ""
    raise Wrong(1, "a member has a name that no bundle has")


def _put(members: Members, kind: int, key: str, content: memoryview) -> None:
    members.count += 1
    match kind:
        case 0:
            members.terms = bytes(content)
        case 1:
            members.identities[key] = bytes(content)
        case 2:
            members.entries[key] = content
        case 3:
            members.checkpoints[key] = content
        case 4:
            members.outcome = bytes(content)
        case 5:
            members.signatures[key] = bytes(content)
        case _:
            members.evidence[key] = bytes(content)
            if len(members.evidence) > MOST_EVIDENCE:
                raise Wrong(1, "there are more than 1,000 pieces of evidence")
            if hashlib.sha256(content).hexdigest() != key:
                raise Wrong(1, f"evidence/{key} does not have that hash")
