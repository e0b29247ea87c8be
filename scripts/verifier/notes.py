"""Checks 6 and 7: heads of boards as C2SP checkpoints (c2sp.org/tlog-checkpoint), and cosignatures (c2sp.org/tlog-cosignature)."""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from scripts.verifier.seals import good
from scripts.verifier.tree import EMPTY
from scripts.verifier.wrong import Wrong

# No bundle has as many entries, and yet a head that claims it can prove a fork. A date has the same bound: tlog-cosignature, "Format".
_SIZE, _MOST = re.compile(r"0|[1-9][0-9]{0,18}"), 2**63 - 1
_MOST_SIGNATURES = 120
_BOARD, _WITNESS = b"\1", b"\4"


@dataclass(frozen=True)
class Cosignature:
    witness: str
    time: int


@dataclass(frozen=True)
class Note:
    """A head: the first `size` entries of a board have this root (hex)."""

    size: int
    root: str
    cosignatures: tuple[Cosignature, ...]


@dataclass(frozen=True)
class Keys:
    """What is needed to judge the heads of one board: its key, and the keys of its witnesses by co-op id."""

    vote: str
    board: str
    board_key: str
    witnesses: Mapping[str, str]


def read(note: bytes, keys: Keys) -> Note:
    """A head and all its signatures, judged. Raises `Wrong` 6 for the head, 7 for a cosignature."""
    try:
        origin, size, root, blank, *signatures, end = note.decode("utf-8").split("\n")
    except ValueError:
        raise Wrong(6, f"a checkpoint of {keys.board} is no signed note") from None
    if origin != f"{keys.board}/votes/{keys.vote}":
        raise Wrong(6, f"a checkpoint of {keys.board} has another origin")
    hashed = _base64(root)
    if blank or end or not 1 <= len(signatures) <= _MOST_SIGNATURES or not _SIZE.fullmatch(size) or int(size) > _MOST or len(hashed) != 32:
        raise Wrong(6, f"a checkpoint of {keys.board} is not written as it must be")
    if size == "0" and hashed.hex() != EMPTY:
        raise Wrong(6, f"a checkpoint of {keys.board} of no entries has not the root of the empty tree")
    text = f"{origin}\n{size}\n{root}\n".encode()
    name, sealed = _line(signatures[0], 6)
    if name != origin or sealed[:4] != _key_id(origin, _BOARD, keys.board_key) or not good(keys.board_key, sealed[4:], text):
        raise Wrong(6, f"a checkpoint of {keys.board} of {size} entries is not signed by its board key")
    return Note(int(size), hashed.hex(), _cosignatures(signatures[1:], text, keys))


def _cosignatures(lines: list[str], text: bytes, keys: Keys) -> tuple[Cosignature, ...]:
    found: list[Cosignature] = []
    before = ("", 0)
    for one in lines:
        name, sealed = _line(one, 7)
        witness = name.partition("/")[0]
        if name != f"{witness}/votes/{keys.vote}/witness" or witness not in keys.witnesses:
            raise Wrong(7, f"a head of {keys.board} is cosigned by somebody who is no witness of it in this vote")
        key, stamp = keys.witnesses[witness], sealed[4:12]
        time = int.from_bytes(stamp, "big")
        message = b"cosignature/v1\ntime %d\n%b" % (time, text)
        if sealed[:4] != _key_id(name, _WITNESS, key) or len(stamp) != 8 or time > _MOST or not good(key, sealed[12:], message):
            raise Wrong(7, f"a cosignature of {witness} on the board of {keys.board} is not good")
        if (name, time) <= before:
            raise Wrong(7, f"the cosignatures on a head of {keys.board} are not sorted, or one stands twice")
        before = (name, time)
        found.append(Cosignature(witness, time))
    return tuple(found)


def _line(line: str, check: int) -> tuple[str, bytes]:
    """Name and content of `— <name> <base64>`."""
    dash, *rest = line.split(" ")
    sealed = _base64(rest[1]) if dash == "\u2014" and len(rest) == 2 else b""
    if not sealed:
        raise Wrong(check, "a signature line of a checkpoint is not written as it must be")
    return rest[0], sealed


def _base64(text: str) -> bytes:
    """Nothing where it is not base64 in its one form."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        return b""
    return data if base64.b64encode(data).decode() == text else b""


def _key_id(name: str, kind: bytes, key: str) -> bytes:
    """C2SP signed-note: the first four bytes of SHA-256(name LF type key)."""
    return hashlib.sha256(name.encode() + b"\n" + kind + bytes.fromhex(key)).digest()[:4]
