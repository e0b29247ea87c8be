"""Ed25519 signatures over typed bytes: DSSE v1 pre-authentication encoding.

The type is signed with the body, so that a signature for one kind of document is invalid for another.
Source: https://github.com/secure-systems-lab/dsse, protocol.md, "Signature Definition".
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


class BadSignatureError(ValueError):
    """The signature is not valid for this key, type and body."""


def payload_type(kind: str) -> str:
    """The media type of a Kith document of this kind."""
    return f"application/vnd.kith.{kind}+json;v=1"


def pae(kind: str, body: bytes) -> bytes:
    """The pre-authentication encoding: `DSSEv1 SP len(type) SP type SP len(body) SP body`."""
    name = payload_type(kind).encode()
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(body), body)


def sign(key: Ed25519PrivateKey, kind: str, body: bytes) -> bytes:
    """Signs a body, 64 bytes."""
    return key.sign(pae(kind, body))


def verify(key: Ed25519PublicKey, kind: str, body: bytes, signature: bytes) -> None:
    """Raises `BadSignatureError`."""
    try:
        key.verify(signature, pae(kind, body))
    except InvalidSignature as error:
        message = f"bad signature on a {kind}"
        raise BadSignatureError(message) from error


def is_signed_by(public: bytes, kind: str, body: bytes, signature: bytes) -> bool:
    """Whether the holder of this public key, 32 bytes, signed the body; False for bytes that are not a key."""
    try:
        verify(Ed25519PublicKey.from_public_bytes(public), kind, body, signature)
    except ValueError:
        return False
    return True
