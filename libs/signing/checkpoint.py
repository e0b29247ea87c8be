"""C2SP checkpoints, signed notes and cosignatures: a board's signed head, and what its witnesses add.

    <origin>                                        the board's name, which is also the name of its key
    <size>                                          entries, in decimal
    <root>                                          of the tree (`libs.signing.merkle`), base64
                                                    an empty line
    — <origin> base64(key id || signature)          the board signs the three lines above
    — <witness> base64(key id || time || signature) each witness signs "cosignature/v1", "time <seconds>" and the same three lines

Sources: c2sp.org/tlog-checkpoint, c2sp.org/signed-note and c2sp.org/tlog-cosignature (its Ed25519 form, `cosignature/v1`). Kith is
stricter where they leave a choice, so that each note has exactly one sequence of bytes: no extension lines, no line by a key the
reader does not know (the standard says to ignore those), the board's line first, then cosignatures in order of name and time.
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
# The most entries of a board. RFC 6962 allows twice as many, but languages with signed integers do not.
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
    """The head of a board: how many entries it has and the 32-byte root of their tree. Raises `BadNoteError`."""

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
        """Parses a checkpoint. Raises `BadNoteError`."""
        if len(body) > LARGEST_NOTE:
            raise BadNoteError("the checkpoint is too long")
        lines = _text(body).split("\n")
        if len(lines) != 4 or lines[3] or not _SIZE.fullmatch(lines[1]):
            raise BadNoteError("not the three lines of a checkpoint")
        checkpoint = cls(lines[0], int(lines[1]), _from_base64(lines[2]))
        if checkpoint.body != body:
            raise BadNoteError("not in the one form of a checkpoint")
        return checkpoint


@dataclass(frozen=True)
class Cosignature:
    """A witness's signature, 64 bytes, that it held the checkpoint at `time`, in seconds since 1970. Raises `BadNoteError`."""

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
    """The 4-byte id of a key that signs notes: signed-note, "Ed25519 signatures". It distinguishes keys and proves nothing."""
    return _key_id(name, _NOTE, public)


def cosigner_key_id(name: str, public: Ed25519PublicKey) -> bytes:
    """The 4-byte id of a key that cosigns: tlog-cosignature, "Format"."""
    return _key_id(name, _COSIGNATURE, public)


def sign_checkpoint(key: Ed25519PrivateKey, checkpoint: Checkpoint) -> bytes:
    """Signs the checkpoint's body, 64 bytes: signed-note, "Ed25519 signatures"."""
    return key.sign(checkpoint.body)


def verify_checkpoint(key: Ed25519PublicKey, checkpoint: Checkpoint, signature: bytes) -> None:
    """Raises `BadSignatureError`."""
    _verify(key, signature, checkpoint.body, "checkpoint")


def cosign(key: Ed25519PrivateKey, checkpoint: Checkpoint, time: int) -> bytes:
    """Cosigns a checkpoint, 64 bytes; `time` in seconds since 1970. Raises `BadNoteError` when it is before 1970 or after 2^63 - 1."""
    if not 0 <= time <= LATEST_TIME:
        raise BadNoteError("no time for a cosignature")
    return key.sign(_cosignature_message(checkpoint, time))


def verify_cosignature(key: Ed25519PublicKey, checkpoint: Checkpoint, time: int, signature: bytes) -> None:
    """Raises `BadSignatureError`. The caller decides whether the time is plausible."""
    if not 0 <= time <= LATEST_TIME:
        raise BadSignatureError("no time for a cosignature")
    _verify(key, signature, _cosignature_message(checkpoint, time), "cosignature")


def note(
    checkpoint: Checkpoint,
    board_key: Ed25519PublicKey,
    signature: bytes,
    cosignatures: Sequence[tuple[Cosignature, Ed25519PublicKey]],
) -> bytes:
    """Writes a checkpoint and its signatures as a note, for publishing and for bundles; cosignatures in any order.

    Checks no signature. Raises `BadNoteError` when a witness appears twice with the same time or the note exceeds
    64 KiB or 120 signatures.
    """
    ordered = sorted(cosignatures, key=lambda pair: (pair[0].name, pair[0].time))
    name_times = [(cosignature.name, cosignature.time) for cosignature, _ in ordered]
    if len(set(name_times)) != len(name_times):
        raise BadNoteError("one witness, one time, two cosignatures")
    if len(signature) != _SIGNATURE_SIZE:
        raise BadNoteError("a signature has 64 bytes")
    if len(ordered) >= MOST_SIGNATURES:
        raise BadNoteError("too many signatures")
    lines = [_signature_line(checkpoint.origin, note_key_id(checkpoint.origin, board_key) + signature)]
    for cosignature, key in ordered:
        lines.append(
            _signature_line(
                cosignature.name,
                cosigner_key_id(cosignature.name, key) + cosignature.time.to_bytes(_TIME_SIZE, "big") + cosignature.signature,
            )
        )
    data = checkpoint.body + b"\n" + b"".join(lines)
    if len(data) > LARGEST_NOTE:
        raise BadNoteError("the note is too long")
    return data


def parse_note(
    data: bytes, board_key: Ed25519PublicKey, witnesses: Mapping[str, Ed25519PublicKey]
) -> tuple[Checkpoint, bytes, tuple[Cosignature, ...]]:
    """Parses a note and verifies all its signatures; `witnesses` holds the known keys by name.

    Raises `BadNoteError` for anything wrong, including a bad signature or an unknown key: `note` of the result gives the same bytes.
    The caller checks whether the origin is the expected board.
    """
    if len(data) > LARGEST_NOTE:
        raise BadNoteError("the note is too long")
    body, separator, rest = data.partition(b"\n\n")
    checkpoint = Checkpoint.parsed(body + b"\n")
    first, *others = _signature_lines(rest if separator else b"")
    signature = _board_signature(first, checkpoint, board_key)
    cosignatures = tuple(_cosignature(line, checkpoint, witnesses) for line in others)
    if note(checkpoint, board_key, signature, [(cosignature, witnesses[cosignature.name]) for cosignature in cosignatures]) != data:
        raise BadNoteError("not in the one form of a note")
    return checkpoint, signature, cosignatures


def _signature_lines(data: bytes) -> list[tuple[str, bytes]]:
    """Name and decoded bytes of each signature line; at least one."""
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
    time_and_signature = data[_KEY_ID_SIZE:]
    cosignature = Cosignature(name, int.from_bytes(time_and_signature[:_TIME_SIZE], "big"), time_and_signature[_TIME_SIZE:])
    try:
        verify_cosignature(key, checkpoint, cosignature.time, cosignature.signature)
    except BadSignatureError as error:
        raise BadNoteError("the witness did not cosign this") from error
    return cosignature


def _cosignature_message(checkpoint: Checkpoint, time: int) -> bytes:
    """tlog-cosignature, "Ed25519 signed message"."""
    return b"cosignature/v1\ntime %d\n" % time + checkpoint.body


def _key_id(name: str, kind: bytes, public: Ed25519PublicKey) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + kind + public.public_bytes_raw()).digest()[:_KEY_ID_SIZE]


def _signature_line(name: str, data: bytes) -> bytes:
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
    """RFC 4648, section 4. The unused last bits may still differ: the caller compares with the canonical form."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise BadNoteError("not base64") from error
