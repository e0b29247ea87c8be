"""Checks 2, 4 and 5: the identity documents of the parties."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from scripts.verifier import signatures
from scripts.verifier.canonical_json import Json, NotCanonicalJsonError, decode
from scripts.verifier.errors import CheckFailedError
from scripts.verifier.json_values import (
    MalformedError,
    parse_co_op_id,
    parse_hash,
    parse_integer,
    parse_line,
    parse_list,
    parse_matching,
    parse_object,
    parse_public_key,
    parse_sorted_list,
)

_NAMES = "v id name root seq issued endpoint keys tls versions revoked"
_ENDPOINT = re.compile(r"([A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9a-fA-F:.]{2,45}\]):([1-9][0-9]{0,4})|")
_LAST_PORT = 65535
_MAX_VERSIONS = 16


@dataclass(frozen=True)
class SigningKey:
    """Valid from `start` until just before `end`."""

    key: str
    start: int
    end: int


@dataclass(frozen=True)
class IdentityDocument:
    id: str
    name: str
    root: str
    seq: int
    issued: int
    keys: list[SigningKey]
    revoked: frozenset[str]
    signed: signatures.SignedObject


def fingerprint(root: str) -> str:
    return hashlib.sha256(bytes.fromhex(root)).hexdigest()


def read_identity(owner: str, data: bytes) -> IdentityDocument:
    """Parses an identity document. Raises `CheckFailedError` 2."""
    try:
        signed = signatures.read_signed_object(decode(data), "identity", _NAMES)
        return _parse_body(signed)
    except (MalformedError, NotCanonicalJsonError) as error:
        raise CheckFailedError(2, f"the identity document of {owner} is not as it must be: {error}") from None


def check_identity(owner: str, root: str, identity: IdentityDocument, pins: Iterable[tuple[str, str]]) -> bool:
    """Checks that the document is theirs; true if it is also pinned. `root` is the root key in the terms. Raises `CheckFailedError` 4."""
    if (identity.id, identity.root) != (owner, root):
        raise CheckFailedError(4, f"the identity document of {owner} names another co-op or root key than the terms")
    if not identity.signed.is_signed_by(identity.root):
        raise CheckFailedError(4, f"the identity document of {owner} is not signed by its root key")
    pinned = {pin for co_op, pin in pins if co_op == owner}
    if pinned - {fingerprint(root)}:
        raise CheckFailedError(4, f"{owner} has another root key here than the one you gave: this is not the co-op you know")
    return bool(pinned)


def _parse_body(signed: signatures.SignedObject) -> IdentityDocument:
    fields = signed.body
    parse_integer(fields["v"], 1, 1)
    _check_endpoint(fields["endpoint"])
    certificates = parse_list(fields["tls"], parse_hash)
    if not 1 <= len(certificates) == len(set(certificates)) <= 2:
        raise MalformedError("it has not one or two different certificates")
    versions = parse_sorted_list(fields["versions"], lambda item: parse_integer(item, 1))
    if 1 not in versions or len(versions) > _MAX_VERSIONS:
        raise MalformedError("its versions do not have 1, or are more than 16")
    keys = parse_sorted_list(fields["keys"], _parse_key)
    if len({item.key for item in keys}) != len(keys):
        raise MalformedError("a signing key stands twice")
    return IdentityDocument(
        id=parse_co_op_id(fields["id"]),
        name=parse_line(fields["name"], 200),
        root=parse_public_key(fields["root"]),
        seq=parse_integer(fields["seq"], 1),
        issued=parse_integer(fields["issued"]),
        keys=keys,
        revoked=frozenset(parse_sorted_list(fields["revoked"], parse_hash)),
        signed=signed,
    )


def _parse_key(value: Json) -> SigningKey:
    fields = parse_object(value, "key from to")
    key = SigningKey(parse_public_key(fields["key"]), parse_integer(fields["from"]), parse_integer(fields["to"]))
    if key.start >= key.end:
        raise MalformedError("a signing key ends before it begins")
    return key


def _check_endpoint(value: Json) -> None:
    port = parse_matching(value, _ENDPOINT, "host:port or empty endpoint").rpartition(":")[2]
    if port and int(port) > _LAST_PORT:
        raise MalformedError("its endpoint has a port that there is not")
