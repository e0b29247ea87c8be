"""A board of a vote, its witnesses and a signed note of it, for tests of checkpoints and notes."""

import base64
import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from libs.signing.checkpoint import (
    Checkpoint,
    Cosignature,
    cosign,
    note,
    origin_of,
    parse_note,
    sign_checkpoint,
    witness_name,
)

VOTE = "5e" * 32
BOARD = Ed25519PrivateKey.from_private_bytes(b"board".ljust(32, b"."))
WITNESSES = {
    witness_name(co_op, VOTE): Ed25519PrivateKey.from_private_bytes(co_op.encode().ljust(32, b".")) for co_op in ("elm", "oak", "yew")
}
KNOWN = {name: key.public_key() for name, key in WITNESSES.items()}
HEAD = Checkpoint(origin_of("ash", VOTE), 1234, hashlib.sha256(b"head").digest())
NOON = 1_790_000_000


def cosigned(head: Checkpoint, name: str, at: int) -> tuple[Cosignature, Ed25519PublicKey]:
    return Cosignature(name, at, cosign(WITNESSES[name], head, at)), KNOWN[name]


def note_line(name: str, data: bytes) -> bytes:
    return b"\xe2\x80\x94 " + name.encode() + b" " + base64.b64encode(data) + b"\n"


def parsed(data: bytes) -> tuple[Checkpoint, bytes, tuple[Cosignature, ...]]:
    return parse_note(data, BOARD.public_key(), KNOWN)


NOTE = note(
    HEAD,
    BOARD.public_key(),
    sign_checkpoint(BOARD, HEAD),
    [cosigned(HEAD, witness_name("oak", VOTE), NOON), cosigned(HEAD, witness_name("elm", VOTE), NOON + 1)],
)
BOARD_LINE, ELM_LINE, OAK_LINE = NOTE[len(HEAD.body) + 1 :].splitlines(keepends=True)


ROOT = base64.b64encode(b"r" * 32)
