"""Ed25519 signatures over the DSSE pre-authentication encoding."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from scripts.verifier.canonical_json import Json, encode
from scripts.verifier.json_values import parse_object, parse_signature


@dataclass(frozen=True)
class SignedObject:
    """`{"body": ..., "sig": hex}`, parsed but not yet verified."""

    kind: str
    body: dict[str, Json]
    sig: str

    def is_signed_by(self, key: str) -> bool:
        return is_body_signed(key, self.sig, self.kind, self.body)


def is_body_signed(key: str, sig: str, kind: str, body: Json) -> bool:
    """Whether `sig` is the signature of this key over a body of this kind."""
    content = encode(body)
    name = f"application/vnd.kith.{kind}+json;v=1".encode()
    return is_valid_signature(key, bytes.fromhex(sig), b"DSSEv1 %d %b %d %b" % (len(name), name, len(content), content))


def is_valid_signature(key: str, sig: bytes, message: bytes) -> bool:
    """`key` is 64 hex digits, `sig` 64 bytes."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(sig, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def read_signed_object(value: Json, kind: str, names: str) -> SignedObject:
    """Parses a signed object whose body has these keys."""
    fields = parse_object(value, "body sig")
    return SignedObject(kind, parse_object(fields["body"], names), parse_signature(fields["sig"]))
