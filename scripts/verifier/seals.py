"""Ed25519 signatures over the DSSE pre-authentication encoding."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from scripts.verifier import shapes
from scripts.verifier.canonical import Json, encode


@dataclass(frozen=True)
class Signed:
    """`{"body": ..., "sig": hex}`, its form looked at and its signature not yet."""

    kind: str
    body: dict[str, Json]
    sig: str

    def good(self, key: str) -> bool:
        return signed_by(key, self.sig, self.kind, self.body)


def signed_by(key: str, sig: str, kind: str, body: Json) -> bool:
    """Whether `sig` is this key's over a body of this kind."""
    content = encode(body)
    name = f"application/vnd.kith.{kind}+json;v=1".encode()
    return good(key, bytes.fromhex(sig), b"DSSEv1 %d %b %d %b" % (len(name), name, len(content), content))


def good(key: str, sig: bytes, message: bytes) -> bool:
    """`key` is 64 hex digits, `sig` 64 bytes."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(sig, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def signed(value: Json, kind: str, names: str) -> Signed:
    """The form of a signed object whose body has these keys."""
    there = shapes.fields(value, "body sig")
    return Signed(kind, shapes.fields(there["body"], names), shapes.signature(there["sig"]))
