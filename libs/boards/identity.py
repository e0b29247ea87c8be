"""The identity document: who a co-op is towards others, signed by its root key. docs/formats/federated-vote.md says what every byte is."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from libs.signing import canonical, statement
from libs.signing.canonical import Json

KIND = "identity"
PROTOCOL_VERSIONS = (1,)
LARGEST = 64 * 1024
LONGEST_NAME = 200
MOST_KEYS = 200
MOST_TLS = 2

_ID = re.compile(r"[a-z0-9][a-z0-9.-]{2,62}", re.ASCII)
_HEX_32 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_HEX_64 = re.compile(r"[0-9a-f]{128}", re.ASCII)
_ENDPOINT = re.compile(r"(\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?):([1-9][0-9]{0,4})", re.ASCII)
_LARGEST_PORT = 65535
_KEYS_OF_BODY = {"v", "id", "name", "root", "seq", "issued", "endpoint", "keys", "tls", "versions", "revoked"}


class DocumentError(ValueError):
    """These bytes are no identity document; the text says which part is wrong."""


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
    return _ID.fullmatch(text) is not None


def is_endpoint(text: str) -> bool:
    """`host:port`."""
    found = _ENDPOINT.fullmatch(text)
    return found is not None and int(found[2]) <= _LARGEST_PORT


def body_of(document: IdentityDocument) -> bytes:
    """The JSON bytes that the root signs. Raises `DocumentError` for what no reader would take."""
    body: dict[str, Json] = {
        "v": 1,
        "id": document.id,
        "name": document.name,
        "root": document.root.hex(),
        "seq": document.seq,
        "issued": document.issued,
        "endpoint": document.endpoint,
        "keys": _sorted([{"key": one.key.hex(), "from": one.begins, "to": one.ends} for one in document.keys]),
        "tls": [one.hex() for one in document.tls],
        "versions": list(document.versions),
        "revoked": _sorted([one.hex() for one in document.revoked]),
    }
    try:
        content = canonical.encode(body)
    except canonical.NotCanonicalError as error:
        raise DocumentError(str(error)) from error
    _body(content)
    return content


def signed(body: bytes, signature: bytes) -> bytes:
    """The document: the body and the root's signature over it. Raises `DocumentError` when they do not belong together."""
    try:
        value = canonical.decode(body)
    except canonical.NotCanonicalError as error:
        raise DocumentError(str(error)) from error
    content = canonical.encode({"body": value, "sig": signature.hex()})
    read(content)
    return content


def sign(document: IdentityDocument, root: Ed25519PrivateKey) -> bytes:
    """The whole document. Raises `DocumentError`, also when `root` is not the key the document names."""
    body = body_of(document)
    return signed(body, statement.sign(root, KIND, body))


def read(content: bytes) -> IdentityDocument:
    """A document with every rule of the page kept and its root's signature good. Raises `DocumentError`."""
    if len(content) > LARGEST:
        raise DocumentError("the document is too long")
    try:
        value = canonical.decode(content)
    except canonical.NotCanonicalError as error:
        raise DocumentError(str(error)) from error
    if not isinstance(value, dict) or set(value) != {"body", "sig"}:
        raise DocumentError("a signed object has a body and a sig")
    signature = value["sig"]
    if not isinstance(signature, str) or not _HEX_64.fullmatch(signature):
        raise DocumentError("sig is not a signature")
    body = canonical.encode(value["body"])
    document = _body(body)
    try:
        statement.verify(Ed25519PublicKey.from_public_bytes(document.root), KIND, body, bytes.fromhex(signature))
    except (statement.BadSignatureError, InvalidSignature, UnsupportedAlgorithm, ValueError) as error:
        raise DocumentError("the root did not sign this") from error
    return document


def _body(content: bytes) -> IdentityDocument:
    body = canonical.decode(content)
    if not isinstance(body, dict) or set(body) != _KEYS_OF_BODY:
        raise DocumentError("the body has not the keys of an identity document")
    if body["v"] != 1 or isinstance(body["v"], bool):
        raise DocumentError("v is not 1")
    document = IdentityDocument(
        id=_matching(body["id"], "id", _ID),
        name=_line(body["name"]),
        root=bytes.fromhex(_matching(body["root"], "root", _HEX_32)),
        seq=_integer(body["seq"], "seq", least=1),
        issued=_integer(body["issued"], "issued"),
        endpoint=_endpoint(body["endpoint"]),
        keys=tuple(_signing_key(one) for one in _list(body["keys"], "keys", MOST_KEYS)),
        tls=tuple(bytes.fromhex(_matching(one, "tls", _HEX_32)) for one in _list(body["tls"], "tls", MOST_TLS)),
        versions=tuple(_integer(one, "versions") for one in _list(body["versions"], "versions", MOST_KEYS)),
        revoked=tuple(bytes.fromhex(_matching(one, "revoked", _HEX_32)) for one in _list(body["revoked"], "revoked", MOST_KEYS)),
    )
    _in_order(body["keys"], "keys")
    _in_order(body["revoked"], "revoked")
    if len({one.key for one in document.keys}) != len(document.keys):
        raise DocumentError("a signing key stands twice")
    if not document.tls or len(set(document.tls)) != len(document.tls):
        raise DocumentError("tls has one or two different certificates")
    if document.versions != PROTOCOL_VERSIONS:
        raise DocumentError("versions is not [1]")
    return document


def _signing_key(value: Json) -> SigningKey:
    if not isinstance(value, dict) or set(value) != {"key", "from", "to"}:
        raise DocumentError("a signing key has key, from and to")
    begins, ends = _integer(value["from"], "from"), _integer(value["to"], "to")
    if begins >= ends:
        raise DocumentError("a signing key ends before it begins")
    return SigningKey(bytes.fromhex(_matching(value["key"], "key", _HEX_32)), begins, ends)


def _matching(value: Json, name: str, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise DocumentError(f"{name} is not in its form")
    return value


def _line(value: Json) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= LONGEST_NAME or any(unicodedata.category(one) == "Cc" for one in value):
        raise DocumentError("name is no line of 1 to 200 characters")
    return value


def _endpoint(value: Json) -> str:
    if not isinstance(value, str) or (value and not is_endpoint(value)):
        raise DocumentError("endpoint is neither empty nor host:port")
    return value


def _integer(value: Json, name: str, least: int = 0) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise DocumentError(f"{name} is no integer from {least}")
    return value


def _list(value: Json, name: str, most: int) -> list[Json]:
    if not isinstance(value, list) or len(value) > most:
        raise DocumentError(f"{name} is no list of at most {most}")
    return value


def _in_order(value: Json, name: str) -> None:
    if not isinstance(value, list) or _sorted(value) != value:
        raise DocumentError(f"{name} is not sorted, each item once")


def _sorted(items: Sequence[Json]) -> list[Json]:
    return [canonical.decode(one) for one in sorted({canonical.encode(one) for one in items})]
