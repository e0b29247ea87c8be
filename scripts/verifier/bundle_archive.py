"""Check 1: the ustar archive, in which every byte is prescribed, so that no byte can change unnoticed."""

import hashlib
import re
from dataclasses import dataclass, field

from scripts.verifier.errors import CheckFailedError

BLOCK = 512
MAX_BUNDLE_BYTES = 2 * 1024**3
MAX_ENTRIES = 2**21
MAX_CHECKPOINTS = 4096
MAX_EVIDENCE = 1000
_KIB = 1024
_CO_OP = r"[a-z0-9][a-z0-9.-]{2,62}"


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


@dataclass
class BundleMembers:
    """The contents of a bundle by kind and co-op id; evidence by its hash."""

    count: int = 0
    terms: bytes = b""
    outcome: bytes | None = None
    identities: dict[str, bytes] = field(default_factory=dict)
    entries: dict[str, memoryview] = field(default_factory=dict)
    checkpoints: dict[str, memoryview] = field(default_factory=dict)
    signatures: dict[str, bytes] = field(default_factory=dict)
    evidence: dict[str, bytes] = field(default_factory=dict)


def read_archive(archive: bytes) -> BundleMembers:
    """Unpacks the archive. Raises `CheckFailedError` 1."""
    if len(archive) > MAX_BUNDLE_BYTES:
        raise CheckFailedError(1, "the file is larger than 2 GiB")
    if len(archive) % BLOCK:
        raise CheckFailedError(1, "the file is not made of whole blocks of 512 bytes")
    view, members, offset, before = memoryview(archive), BundleMembers(), 0, (-1, "")
    while offset < len(archive) and archive[offset]:
        name, size = _read_header(archive[offset : offset + BLOCK])
        kind, key = _find_kind(name)
        if (kind, name) <= before:
            raise CheckFailedError(1, f"{name} does not stand in its place")
        before = (kind, name)
        if size > _MEMBER_KINDS[kind].max_bytes:
            raise CheckFailedError(1, f"{name} is longer than allowed")
        start, end = offset + BLOCK, offset + BLOCK + size
        offset = end + -size % BLOCK
        if offset > len(archive) or any(view[end:offset]):
            raise CheckFailedError(1, f"{name} is cut short or not padded with zeros")
        _store_member(members, kind, key, view[start:end])
    if len(archive) - offset != 2 * BLOCK or any(view[offset:]):
        raise CheckFailedError(1, "the archive does not end with exactly two blocks of zeros")
    if not members.terms:
        raise CheckFailedError(1, "there is no member named terms")
    return members


def check_members(members: BundleMembers, parties: set[str], participants: set[str]) -> None:
    """Compares the member names with the parties of the terms. Raises `CheckFailedError` 1."""
    for present, what in ((members.identities, "identity"), (members.entries, "entries"), (members.checkpoints, "checkpoints")):
        for co_op in sorted(parties - set(present)):
            raise CheckFailedError(1, f"the {what} of {co_op} is missing")
        for co_op in sorted(set(present) - parties):
            raise CheckFailedError(1, f"there is {what} of {co_op}, who is no party of this vote")
    for co_op in sorted(set(members.signatures) - participants):
        raise CheckFailedError(1, f"there is a signature of {co_op}, who is no participant of this vote")


def read_frames(content: memoryview, max_items: int, max_bytes: int, what: str, max_first_bytes: int = 0) -> list[bytes]:
    """Splits LP() frames: at most `max_items` of `max_bytes`, the first of `max_first_bytes`. Raises `CheckFailedError` 1."""
    items: list[bytes] = []
    offset, end = 0, len(content)
    while offset < end:
        start = offset + 4
        size = int.from_bytes(content[offset:start], "big")
        offset = start + size
        if size > (max_bytes if items or not max_first_bytes else max_first_bytes) or len(items) == max_items:
            raise CheckFailedError(1, f"{what}: number {len(items)} is longer than allowed, or one too many")
        if offset > end:
            raise CheckFailedError(1, f"{what}: number {len(items)} is cut short")
        items.append(bytes(content[start:offset]))
    return items


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


def _store_member(members: BundleMembers, kind: int, key: str, content: memoryview) -> None:
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
            if len(members.evidence) > MAX_EVIDENCE:
                raise CheckFailedError(1, "there are more than 1,000 pieces of evidence")
            if hashlib.sha256(content).hexdigest() != key:
                raise CheckFailedError(1, f"evidence/{key} does not have that hash")
