"""What bundles are made of, written from docs/formats/: JSON, signatures, Merkle trees, frames, note lines, archives and a counting rule.

It shares no code with the verifier or the services.
"""

import base64
import hashlib
import json
from fractions import Fraction
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
Entry = dict[str, Any]  # Any: what is made here is often wrong on purpose


def json_bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def sort_by_json(items: list[Any]) -> list[Any]:
    return sorted(items, key=json_bytes)


def derive_key(*words: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256("/".join(words).encode()).digest())


def public_hex(private: Ed25519PrivateKey) -> str:
    return private.public_key().public_bytes_raw().hex()


def dsse_signature(private: Ed25519PrivateKey, kind: str, body: Any) -> str:
    name, content = f"application/vnd.kith.{kind}+json;v=1", json_bytes(body)
    return private.sign(f"DSSEv1 {len(name)} {name} {len(content)} ".encode() + content).hex()


def signed_document(private: Ed25519PrivateKey, kind: str, body: Any) -> Entry:
    return {"body": body, "sig": dsse_signature(private, kind, body)}


def merkle_root(entries: list[bytes]) -> bytes:
    """The Merkle tree hash, written exactly as in RFC 6962, section 2.1."""
    n = len(entries)
    if n < 2:
        return hashlib.sha256(b"\0" + entries[0] if n else b"").digest()
    k = 1 << (n - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + merkle_root(entries[:k]) + merkle_root(entries[k:])).digest()


def length_prefixed(pieces: list[bytes]) -> bytes:
    return b"".join(len(piece).to_bytes(4, "big") + piece for piece in pieces)


def fraction_text(value: Fraction | int) -> str:
    whole = Fraction(value)
    return f"{whole.numerator}/{whole.denominator}"


def pack_archive(members: dict[str, bytes]) -> bytes:
    """The archive of these members, unchanged and in this order."""
    blocks = []
    for name, content in members.items():
        header = bytearray(512)
        header[: len(name)] = name.encode()
        header[100:157] = b"0000644\0" + b"0000000\0" * 2 + f"{len(content):011o}\0".encode() + b"00000000000\0" + b" " * 8 + b"0"
        header[257:265] = b"ustar\x0000"
        header[148:156] = f"{sum(header):06o}\0 ".encode()
        blocks += [bytes(header), content, bytes(-len(content) % 512)]
    return b"".join(blocks) + bytes(1024)


def note_line(name: str, kind: int, private: Ed25519PrivateKey, before: bytes, message: bytes) -> str:
    key_id = hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + private.public_key().public_bytes_raw()).digest()[:4]
    return f"\u2014 {name} {base64.b64encode(key_id + before + private.sign(message)).decode()}\n"


def plain_rule(**changed: Any) -> Entry:
    """A counting rule: more than half of all votes cast, pooled."""
    rule = {
        "version": "kith-count/1",
        "method": "yes_no_abstain",
        "basis": "pooled",
        "threshold": {"fraction": "1/2", "strict": True, "of": "cast"},
        "class_rule": {"kind": "none"},
        "excluded": [],
        "quorum": {"fraction": "0/1", "count": 0},
        "class_quorums": [],
        "co_op_quorums": [],
        "below_quorum": "left_out",
    }
    return rule | changed
