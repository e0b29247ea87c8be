"""What a board says about itself, and what witnesses add: C2SP checkpoints, signed notes and cosignatures.

    <origin>                                        the board's name, which is also the name of its key
    <size>                                          entries, in decimal
    <root>                                          of the tree (`libs.signing.merkle`), base64
                                                    an empty line
    — <origin> base64(key id || signature)          the board signs the three lines above
    — <witness> base64(key id || time || signature) each witness signs "cosignature/v1", "time <seconds>" and the same three lines

Sources: c2sp.org/tlog-checkpoint, c2sp.org/signed-note and c2sp.org/tlog-cosignature (its Ed25519 form, `cosignature/v1`). Kith is narrower
where they leave room, so that one note has one sequence of bytes: no extension lines, no line by a key the reader does not know (the
standard says to ignore those), the board's line first, then cosignatures in order of name and time.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from libs.signing.merkle import EMPTY_ROOT, HASH_SIZE
from libs.signing.statement import BadSignatureError

LARGEST_NOTE = 64 * 1024
# One line of the board and one of each witness: a vote has at most 120 parties.
MOST_SIGNATURES = 120
# tlog-cosignature, "Format": the timestamp must not exceed it. Seconds since 1970.
LATEST_TIME = 2**63 - 1
# Of a board. A tree of RFC 6962 may have twice as many; languages that count with a sign may not.
LARGEST_SIZE = 2**63 - 1

_NOTE = b"\x01"  # signed-note, "Signature types"
_COSIGNATURE = b"\x04"
_SIGNATURE_SIZE = 64
_KEY_ID_SIZE = 4
_TIME_SIZE = 8
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


class BadNoteError(ValueError):
    """These are not the parts or the bytes of a checkpoint, a cosignature or a note."""


@dataclass(frozen=True)
class Checkpoint:
    """The head of a board: how many entries it has and the 32-byte root of the tree over them. Raises `BadNoteError`."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        """Raises `BadNoteError` for what cannot be written as a checkpoint."""
        _check_name(self.origin)
        if not 0 <= self.size <= LARGEST_SIZE or len(self.root) != HASH_SIZE:
            raise BadNoteError("a tree has a size of 0 to 2^63 - 1 and a root of 32 bytes")
        if not self.size and self.root != EMPTY_ROOT:
            raise BadNoteError("not the root of the empty tree")

    @property
    def body(self) -> bytes:
        """The note text of tlog-checkpoint: three lines, each with its newline."""
        return f"{self.origin}\n{self.size}\n".encode() + base64.b64encode(self.root) + b"\n"

    @classmethod
    def parsed(cls, body: bytes) -> Self:
        """The only checkpoint with these bytes. Raises `BadNoteError`."""
        if len(body) > LARGEST_NOTE:
            raise BadNoteError("the checkpoint is too long")
        lines = _text(body).split("\n")
        if len(lines) != 4 or lines[3] or not _SIZE.fullmatch(lines[1]):
            raise BadNoteError("not the three lines of a checkpoint")
        found = cls(lines[0], int(lines[1]), _from_base64(lines[2]))
        if found.body != body:
            raise BadNoteError("not in the one form of a checkpoint")
        return found


@dataclass(frozen=True)
class Cosignature:
    """A witness of that name held the checkpoint at `time`, in seconds since 1970; 64 bytes of signature. Raises `BadNoteError`."""

    name: str
    time: int
    signature: bytes

    def __post_init__(self) -> None:
        """Raises `BadNoteError` for what cannot be written as a line."""
        _check_name(self.name)
        if not 0 <= self.time <= LATEST_TIME or len(self.signature) != _SIGNATURE_SIZE:
            raise BadNoteError("a cosignature has a time of 0 to 2^63 - 1 and 64 bytes of signature")


def origin_of(co_op: str, vote: str) -> str:
    """The name of a co-op's board for a vote, and of the key that signs its checkpoints. Raises `BadNoteError`."""
    for part in (co_op, vote):
        _check_name(part)
        if "/" in part:
            raise BadNoteError("with a slash two boards could have one name")
    return f"{co_op}/votes/{vote}"


def witness_name(co_op: str, vote: str) -> str:
    """The name of the key with which a co-op cosigns the boards of a vote. Raises `BadNoteError`."""
    return f"{origin_of(co_op, vote)}/witness"


def note_key_id(name: str, public: Ed25519PublicKey) -> bytes:
    """4 bytes, for a key that signs notes: signed-note, "Ed25519 signatures". Tells keys apart; it proves nothing."""
    return _key_id(name, _NOTE, public)


def cosigner_key_id(name: str, public: Ed25519PublicKey) -> bytes:
    """4 bytes, for a key that cosigns: tlog-cosignature, "Format"."""
    return _key_id(name, _COSIGNATURE, public)


def sign_checkpoint(key: Ed25519PrivateKey, checkpoint: Checkpoint) -> bytes:
    """64 bytes over the body: signed-note, "Ed25519 signatures"."""
    return key.sign(checkpoint.body)


def verify_checkpoint(key: Ed25519PublicKey, checkpoint: Checkpoint, signature: bytes) -> None:
    """Raises `BadSignatureError`."""
    _verify(key, signature, checkpoint.body, "checkpoint")


def cosign(key: Ed25519PrivateKey, checkpoint: Checkpoint, time: int) -> bytes:
    """64 bytes; `time` in seconds since 1970. Raises `BadNoteError` when it is before 1970 or after 2^63 - 1."""
    if not 0 <= time <= LATEST_TIME:
        raise BadNoteError("no time for a cosignature")
    return key.sign(_cosigned(checkpoint, time))


def verify_cosignature(key: Ed25519PublicKey, checkpoint: Checkpoint, time: int, signature: bytes) -> None:
    """Raises `BadSignatureError`. Whether the time is a likely one is for the caller to say."""
    if not 0 <= time <= LATEST_TIME:
        raise BadSignatureError("no time for a cosignature")
    _verify(key, signature, _cosigned(checkpoint, time), "cosignature")


def note(
    checkpoint: Checkpoint,
    board_key: Ed25519PublicKey,
    signature: bytes,
    cosignatures: Sequence[tuple[Cosignature, Ed25519PublicKey]],
) -> bytes:
    """The checkpoint with its signatures as text, for publishing and for bundles; cosignatures in any order.

    Writes what it is given and checks no signature. Raises `BadNoteError` when a witness appears twice at one time or the note grows beyond
    64 KiB or 120 signatures.
    """
    ordered = sorted(cosignatures, key=lambda pair: (pair[0].name, pair[0].time))
    marks = [(one.name, one.time) for one, _ in ordered]
    if len(set(marks)) != len(marks):
        raise BadNoteError("one witness, one time, two cosignatures")
    if len(signature) != _SIGNATURE_SIZE:
        raise BadNoteError("a signature has 64 bytes")
    if len(ordered) >= MOST_SIGNATURES:
        raise BadNoteError("too many signatures")
    lines = [_line(checkpoint.origin, note_key_id(checkpoint.origin, board_key) + signature)]
    for one, key in ordered:
        lines.append(_line(one.name, cosigner_key_id(one.name, key) + one.time.to_bytes(_TIME_SIZE, "big") + one.signature))
    data = checkpoint.body + b"\n" + b"".join(lines)
    if len(data) > LARGEST_NOTE:
        raise BadNoteError("the note is too long")
    return data


def parse_note(
    data: bytes, board_key: Ed25519PublicKey, witnesses: Mapping[str, Ed25519PublicKey]
) -> tuple[Checkpoint, bytes, tuple[Cosignature, ...]]:
    """The checkpoint, the board's signature and the cosignatures, all verified; `witnesses` are the known keys by their names.

    Raises `BadNoteError` whatever is wrong, a bad signature or an unknown key among it: `note` of what comes back gives the same bytes.
    Whether the origin is the board that was asked for is for the caller to say.
    """
    if len(data) > LARGEST_NOTE:
        raise BadNoteError("the note is too long")
    body, gap, rest = data.partition(b"\n\n")
    checkpoint = Checkpoint.parsed(body + b"\n")
    first, *others = _signature_lines(rest if gap else b"")
    signature = _board_signature(first, checkpoint, board_key)
    found = tuple(_cosignature(line, checkpoint, witnesses) for line in others)
    if note(checkpoint, board_key, signature, [(one, witnesses[one.name]) for one in found]) != data:
        raise BadNoteError("not in the one form of a note")
    return checkpoint, signature, found


def _signature_lines(data: bytes) -> list[tuple[str, bytes]]:
    """Name and decoded bytes of each signature line; one at least."""
    text = _text(data)
    lines = text.removesuffix("\n").split("\n")
    if not text.endswith("\n") or len(lines) > MOST_SIGNATURES:
        raise BadNoteError("a note has 1 to 120 signature lines")
    split = [line.split(" ") for line in lines]
    if any(len(parts) != 3 or parts[0] != "—" for parts in split):
        raise BadNoteError("not a signature line")
    return [(name, _from_base64(encoded)) for _, name, encoded in split]


def _board_signature(line: tuple[str, bytes], checkpoint: Checkpoint, key: Ed25519PublicKey) -> bytes:
    name, data = line
    if name != checkpoint.origin or data[:_KEY_ID_SIZE] != note_key_id(name, key):
        raise BadNoteError("the first signature is not the board's")
    signature = data[_KEY_ID_SIZE:]
    try:
        verify_checkpoint(key, checkpoint, signature)
    except BadSignatureError as error:
        raise BadNoteError("the board did not sign this") from error
    return signature


def _cosignature(line: tuple[str, bytes], checkpoint: Checkpoint, witnesses: Mapping[str, Ed25519PublicKey]) -> Cosignature:
    name, data = line
    key = witnesses.get(name)
    if key is None or data[:_KEY_ID_SIZE] != cosigner_key_id(name, key):
        raise BadNoteError("a cosignature by an unknown key")
    timed = data[_KEY_ID_SIZE:]
    found = Cosignature(name, int.from_bytes(timed[:_TIME_SIZE], "big"), timed[_TIME_SIZE:])
    try:
        verify_cosignature(key, checkpoint, found.time, found.signature)
    except BadSignatureError as error:
        raise BadNoteError("the witness did not cosign this") from error
    return found


def _cosigned(checkpoint: Checkpoint, time: int) -> bytes:
    """tlog-cosignature, "Ed25519 signed message"."""
    return b"cosignature/v1\ntime %d\n" % time + checkpoint.body


def _key_id(name: str, kind: bytes, public: Ed25519PublicKey) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + kind + public.public_bytes_raw()).digest()[:_KEY_ID_SIZE]


def _line(name: str, data: bytes) -> bytes:
    return f"— {name} ".encode() + base64.b64encode(data) + b"\n"


def _verify(key: Ed25519PublicKey, signature: bytes, message: bytes, kind: str) -> None:
    try:
        key.verify(signature, message)
    except InvalidSignature as error:
        raise BadSignatureError(f"bad signature on a {kind}") from error


def _check_name(name: str) -> None:
    """signed-note, "Format": a key name is not empty and has neither spaces nor plus; a note has no control characters and is UTF-8."""
    if not name or any(letter.isspace() or letter < " " or letter == "+" or "\ud800" <= letter <= "\udfff" for letter in name):
        raise BadNoteError("not a name for a key")


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise BadNoteError("not UTF-8") from error


def _from_base64(text: str) -> bytes:
    """RFC 4648, section 4. The unused last bits may still differ: whoever calls compares with what would have been written."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise BadNoteError("not base64") from error
