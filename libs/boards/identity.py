"""The identity document: who a co-op is towards others, signed by its root key. docs/formats/federated-vote.md says what every byte is."""

import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from libs.boards import forms
from libs.boards.forms import DocumentError, Fields
from libs.signing import canonical, statement
from libs.signing.canonical import Json, NotCanonicalError

KIND = "identity"
PROTOCOL_VERSIONS = (1,)
"""Those that this Kith speaks."""
MOST_VERSIONS = 16
LARGEST = 64 * 1024
LONGEST_NAME = 200
MOST_TLS = 2

_ENDPOINT = re.compile(r"(\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?):([1-9][0-9]{0,4})", re.ASCII)
_LARGEST_PORT = 65535


@dataclass(frozen=True)
class SigningKey:
    """A public key, 32 bytes, and the times from (inclusive) and to (exclusive) which it signs: seconds since 1970."""

    key: bytes
    begins: int
    ends: int


@dataclass(frozen=True)
class IdentityDocument:
    """One document, as its root signed it. `tls` are SHA-256 of certificates in DER: the one in use, and the next."""

    id: str
    name: str
    root: bytes
    seq: int
    issued: int
    endpoint: str
    keys: tuple[SigningKey, ...]
    tls: tuple[bytes, ...]
    versions: tuple[int, ...]
    revoked: tuple[bytes, ...]

    @property
    def fingerprint(self) -> str:
        """Of the root key, hex."""
        return fingerprint_of(self.root)

    def believed(self) -> list[bytes]:
        """The signing keys that may still be believed, newest first."""
        return [one.key for one in sorted(self.keys, key=lambda one: -one.begins) if one.key not in self.revoked]

    def key_at(self, key: bytes, at: int) -> bool:
        """Whether `key` is a signing key of this co-op that is not revoked and was valid at this time."""
        return key not in self.revoked and any(one.key == key and one.begins <= at < one.ends for one in self.keys)


def fingerprint_of(root: bytes) -> str:
    """Hex SHA-256 of the 32 bytes of the root key."""
    return hashlib.sha256(root).hexdigest()


def is_co_op_id(text: str) -> bool:
    return forms.CO_OP.fullmatch(text) is not None


def is_endpoint(text: str) -> bool:
    """`host:port`."""
    found = _ENDPOINT.fullmatch(text)
    return found is not None and int(found[2]) <= _LARGEST_PORT


def body_of(document: IdentityDocument) -> bytes:
    """The JSON bytes that the root signs. Raises `DocumentError` for what no reader would take."""
    body: Json = {
        "v": 1,
        "id": document.id,
        "name": document.name,
        "root": document.root.hex(),
        "seq": document.seq,
        "issued": document.issued,
        "endpoint": document.endpoint,
        "keys": forms.in_order([{"key": one.key.hex(), "from": one.begins, "to": one.ends} for one in document.keys]),
        "tls": [one.hex() for one in document.tls],
        "versions": forms.in_order(list(document.versions)),
        "revoked": forms.in_order([one.hex() for one in document.revoked]),
    }
    _body(body)
    try:
        return canonical.encode(body)
    except NotCanonicalError as error:
        raise DocumentError(str(error)) from None


def signed(body: bytes, signature: bytes) -> bytes:
    """The document: the body and the root's signature over it. Raises `DocumentError` when they do not belong together."""
    content = canonical.encode({"body": forms.decoded(body, "the identity"), "sig": signature.hex()})
    read(content)
    return content


def sign(document: IdentityDocument, root: Ed25519PrivateKey) -> bytes:
    """The whole document. Raises `DocumentError`, also when `root` is not the key the document names."""
    body = body_of(document)
    return signed(body, statement.sign(root, KIND, body))


def read(content: bytes) -> IdentityDocument:
    """A document with every rule of the page kept and its root's signature good. Raises `DocumentError`."""
    if len(content) > LARGEST:
        raise DocumentError("the identity is too long")
    document = Fields(forms.decoded(content, "the identity"), "the identity")
    body, signature = document.take("body"), document.hex64("sig")
    document.done()
    found = _body(body)
    try:
        statement.verify(Ed25519PublicKey.from_public_bytes(found.root), KIND, canonical.encode(body), signature)
    except (statement.BadSignatureError, UnsupportedAlgorithm, ValueError):
        raise DocumentError("the root did not sign this identity") from None
    return found


def _body(value: Json) -> IdentityDocument:
    body = Fields(value, "the identity")
    if body.number("v") != 1:
        raise DocumentError("the identity: v is not 1")
    found = IdentityDocument(
        id=body.text("id", forms.CO_OP),
        name=body.words("name", LONGEST_NAME),
        root=body.public_key("root"),
        seq=body.number("seq", 1),
        issued=body.number("issued"),
        endpoint=_endpoint(body.take("endpoint")),
        keys=body.list("keys", _signing_key),
        tls=body.list("tls", _hash, is_sorted=False),
        versions=body.list("versions", lambda one: forms.number(one, "the identity: versions", 1)),
        revoked=body.list("revoked", _hash),
    )
    body.done()
    if len({one.key for one in found.keys}) != len(found.keys):
        raise DocumentError("the identity: a signing key stands twice")
    if not 1 <= len(found.tls) <= MOST_TLS or len(set(found.tls)) != len(found.tls):
        raise DocumentError("the identity: tls has one or two different certificates")
    if 1 not in found.versions or len(found.versions) > MOST_VERSIONS:
        raise DocumentError("the identity: versions has not 1, or more than 16")
    return found


def _signing_key(value: Json) -> SigningKey:
    fields = Fields(value, "a signing key")
    found = SigningKey(fields.public_key("key"), fields.number("from"), fields.number("to"))
    fields.done()
    if found.begins >= found.ends:
        raise DocumentError("a signing key ends before it begins")
    return found


def _hash(value: Json) -> bytes:
    return bytes.fromhex(forms.text(value, forms.HEX32, "the identity: a hash or key"))


def _endpoint(value: Json) -> str:
    if not isinstance(value, str) or (value and not is_endpoint(value)):
        raise DocumentError("the identity: endpoint is neither empty nor host:port")
    return value
