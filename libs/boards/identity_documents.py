"""Identity documents: a co-op's identity towards others, signed by its root key. docs/formats/federated-vote.md specifies every byte."""

import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from libs.boards import document_fields
from libs.boards.document_fields import DocumentError, DocumentFields
from libs.signing import canonical, statement
from libs.signing.canonical import Json, NotCanonicalError

KIND = "identity"
PROTOCOL_VERSIONS = (1, 2)
"""The protocol versions that this Kith supports."""
MOST_VERSIONS = 16
LARGEST = 64 * 1024
LONGEST_NAME = 200
MOST_TLS = 2

_ENDPOINT = re.compile(r"(\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?):([1-9][0-9]{0,4})", re.ASCII)
_LARGEST_PORT = 65535


@dataclass(frozen=True)
class SigningKey:
    """A public key, 32 bytes, and its validity from (inclusive) and to (exclusive), in seconds since 1970."""

    key: bytes
    begins: int
    ends: int


@dataclass(frozen=True)
class IdentityDocument:
    """One identity document, as its root key signed it. `tls` are SHA-256 hashes of certificates in DER: the current one and the next."""

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
        """The fingerprint of the root key, in hex."""
        return fingerprint_of(self.root)

    def trusted_keys(self) -> list[bytes]:
        """The signing keys that are not revoked, newest first."""
        return [
            signing_key.key
            for signing_key in sorted(self.keys, key=lambda signing_key: -signing_key.begins)
            if signing_key.key not in self.revoked
        ]

    def is_valid_key(self, key: bytes, at: int) -> bool:
        """Whether `key` is a signing key of this co-op that is not revoked and was valid at this time."""
        return key not in self.revoked and any(
            signing_key.key == key and signing_key.begins <= at < signing_key.ends for signing_key in self.keys
        )


def fingerprint_of(root: bytes) -> str:
    """Hex SHA-256 of the 32 bytes of the root key."""
    return hashlib.sha256(root).hexdigest()


def is_endpoint(text: str) -> bool:
    """`host:port`."""
    match = _ENDPOINT.fullmatch(text)
    return match is not None and int(match[2]) <= _LARGEST_PORT


def identity_body(document: IdentityDocument) -> bytes:
    """The JSON bytes that the root key signs. Raises `DocumentError` for a document that no reader would accept."""
    body: Json = {
        "v": 1,
        "id": document.id,
        "name": document.name,
        "root": document.root.hex(),
        "seq": document.seq,
        "issued": document.issued,
        "endpoint": document.endpoint,
        "keys": document_fields.sort_items([{"key": key.key.hex(), "from": key.begins, "to": key.ends} for key in document.keys]),
        "tls": [digest.hex() for digest in document.tls],
        "versions": document_fields.sort_items(list(document.versions)),
        "revoked": document_fields.sort_items([digest.hex() for digest in document.revoked]),
    }
    _body(body)
    try:
        return canonical.encode(body)
    except NotCanonicalError as error:
        raise DocumentError(str(error)) from None


def attach_signature(body: bytes, signature: bytes) -> bytes:
    """The whole document: the body and the root's signature over it. Raises `DocumentError` if the signature is invalid."""
    content = canonical.encode({"body": document_fields.decode_json(body, "the identity"), "sig": signature.hex()})
    read_identity(content)
    return content


def sign_identity(document: IdentityDocument, root: Ed25519PrivateKey) -> bytes:
    """Signs a document. Raises `DocumentError`, also when `root` is not the key that the document names."""
    body = identity_body(document)
    return attach_signature(body, statement.sign(root, KIND, body))


def read_identity(content: bytes) -> IdentityDocument:
    """Reads a document; checks every rule of the format and the root's signature. Raises `DocumentError`."""
    if len(content) > LARGEST:
        raise DocumentError("the identity is too long")
    document = DocumentFields(document_fields.decode_json(content, "the identity"), "the identity")
    body, signature = document.take("body"), document.hex64("sig")
    document.reject_unknown()
    identity = _body(body)
    try:
        statement.verify(Ed25519PublicKey.from_public_bytes(identity.root), KIND, canonical.encode(body), signature)
    except (statement.BadSignatureError, UnsupportedAlgorithm, ValueError):
        raise DocumentError("the root did not sign this identity") from None
    return identity


def _body(value: Json) -> IdentityDocument:
    body = DocumentFields(value, "the identity")
    if body.number("v") != 1:
        raise DocumentError("the identity: v is not 1")
    identity = IdentityDocument(
        id=body.text("id", document_fields.CO_OP),
        name=body.words("name", LONGEST_NAME),
        root=body.public_key("root"),
        seq=body.number("seq", 1),
        issued=body.number("issued"),
        endpoint=_endpoint(body.take("endpoint")),
        keys=body.list("keys", _signing_key),
        tls=body.list("tls", _hash, is_sorted=False),
        versions=body.list("versions", lambda version: document_fields.parse_number(version, "the identity: versions", 1)),
        revoked=body.list("revoked", _hash),
    )
    body.reject_unknown()
    if len({key.key for key in identity.keys}) != len(identity.keys):
        raise DocumentError("the identity: a signing key stands twice")
    if not 1 <= len(identity.tls) <= MOST_TLS or len(set(identity.tls)) != len(identity.tls):
        raise DocumentError("the identity: tls has one or two different certificates")
    if 1 not in identity.versions or len(identity.versions) > MOST_VERSIONS:
        raise DocumentError("the identity: versions has not 1, or more than 16")
    return identity


def _signing_key(value: Json) -> SigningKey:
    fields = DocumentFields(value, "a signing key")
    signing_key = SigningKey(fields.public_key("key"), fields.number("from"), fields.number("to"))
    fields.reject_unknown()
    if signing_key.begins >= signing_key.ends:
        raise DocumentError("a signing key ends before it begins")
    return signing_key


def _hash(value: Json) -> bytes:
    return bytes.fromhex(document_fields.parse_text(value, document_fields.HEX32, "the identity: a hash or key"))


def _endpoint(value: Json) -> str:
    if not isinstance(value, str) or (value and not is_endpoint(value)):
        raise DocumentError("the identity: endpoint is neither empty nor host:port")
    return value
