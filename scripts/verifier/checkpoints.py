"""Checks 6 and 7: board heads as C2SP checkpoints (c2sp.org/tlog-checkpoint), and cosignatures (c2sp.org/tlog-cosignature)."""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from scripts.verifier.errors import CheckFailedError
from scripts.verifier.merkle import EMPTY
from scripts.verifier.signatures import is_valid_signature

# No bundle has this many entries, but a head that claims it can still prove a fork. A date has the same bound: tlog-cosignature, "Format".
SIZE, _MAX_INTEGER = re.compile(r"0|[1-9][0-9]{0,18}"), 2**63 - 1
_MAX_SIGNATURES = 120
_BOARD, _WITNESS = b"\1", b"\4"


@dataclass(frozen=True)
class Cosignature:
    witness: str
    time: int


@dataclass(frozen=True)
class SignedCheckpoint:
    """A head: the first `size` entries of a board have this root (hex)."""

    size: int
    root: str
    cosignatures: tuple[Cosignature, ...]


@dataclass(frozen=True)
class CheckpointKeys:
    """The keys that verify the heads of one board: its own, and those of its witnesses by co-op id."""

    vote: str
    board: str
    board_key: str
    witnesses: Mapping[str, str]


def read_checkpoint(note: bytes, keys: CheckpointKeys) -> SignedCheckpoint:
    """Parses a head and verifies all its signatures. Raises `CheckFailedError` 6 for the head, 7 for a cosignature."""
    try:
        origin, size, root, blank, *signatures, end = note.decode("utf-8").split("\n")
    except ValueError:
        raise CheckFailedError(6, f"a checkpoint of {keys.board} is no signed note") from None
    if origin != f"{keys.board}/votes/{keys.vote}":
        raise CheckFailedError(6, f"a checkpoint of {keys.board} has another origin")
    root_hash = _decode_base64(root)
    if (
        blank
        or end
        or not 1 <= len(signatures) <= _MAX_SIGNATURES
        or not SIZE.fullmatch(size)
        or int(size) > _MAX_INTEGER
        or len(root_hash) != 32
    ):
        raise CheckFailedError(6, f"a checkpoint of {keys.board} is not written as it must be")
    if size == "0" and root_hash.hex() != EMPTY:
        raise CheckFailedError(6, f"a checkpoint of {keys.board} of no entries has not the root of the empty tree")
    text = f"{origin}\n{size}\n{root}\n".encode()
    name, signature = _read_signature_line(signatures[0], 6)
    if (
        name != origin
        or signature[:4] != _key_id(origin, _BOARD, keys.board_key)
        or not is_valid_signature(keys.board_key, signature[4:], text)
    ):
        raise CheckFailedError(6, f"a checkpoint of {keys.board} of {size} entries is not signed by its board key")
    return SignedCheckpoint(int(size), root_hash.hex(), _read_cosignatures(signatures[1:], text, keys))


def _read_cosignatures(lines: list[str], text: bytes, keys: CheckpointKeys) -> tuple[Cosignature, ...]:
    cosignatures: list[Cosignature] = []
    before = ("", 0)
    for line in lines:
        name, signature = _read_signature_line(line, 7)
        witness = name.partition("/")[0]
        if name != f"{witness}/votes/{keys.vote}/witness" or witness not in keys.witnesses:
            raise CheckFailedError(7, f"a head of {keys.board} is cosigned by somebody who is no witness of it in this vote")
        key, stamp = keys.witnesses[witness], signature[4:12]
        time = int.from_bytes(stamp, "big")
        message = b"cosignature/v1\ntime %d\n%b" % (time, text)
        if (
            signature[:4] != _key_id(name, _WITNESS, key)
            or len(stamp) != 8
            or time > _MAX_INTEGER
            or not is_valid_signature(key, signature[12:], message)
        ):
            raise CheckFailedError(7, f"a cosignature of {witness} on the board of {keys.board} is not good")
        if (name, time) <= before:
            raise CheckFailedError(7, f"the cosignatures on a head of {keys.board} are not sorted, or one stands twice")
        before = (name, time)
        cosignatures.append(Cosignature(witness, time))
    return tuple(cosignatures)


def _read_signature_line(line: str, check: int) -> tuple[str, bytes]:
    """Name and decoded signature of `— <name> <base64>`."""
    dash, *rest = line.split(" ")
    signature = _decode_base64(rest[1]) if dash == "\u2014" and len(rest) == 2 else b""
    if not signature:
        raise CheckFailedError(check, "a signature line of a checkpoint is not written as it must be")
    return rest[0], signature


def _decode_base64(text: str) -> bytes:
    """The decoded bytes; empty if the text is not canonical base64."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        return b""
    return data if base64.b64encode(data).decode() == text else b""


def _key_id(name: str, kind: bytes, key: str) -> bytes:
    """C2SP signed-note: the first four bytes of SHA-256(name LF type key)."""
    return hashlib.sha256(name.encode() + b"\n" + kind + bytes.fromhex(key)).digest()[:4]
