"""Checks 2, 4 and 5: who the parties are."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from scripts.verifier import seals, shapes
from scripts.verifier.canonical import Json, NotJsonBytesError, decode
from scripts.verifier.shapes import MalformedError
from scripts.verifier.wrong import Wrong

_NAMES = "v id name root seq issued endpoint keys tls versions revoked"
_ENDPOINT = re.compile(r"([A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|\[[0-9a-fA-F:.]{2,45}\]):([1-9][0-9]{0,4})|")
_LAST_PORT = 65535
_MOST_VERSIONS = 16


@dataclass(frozen=True)
class SigningKey:
    """Valid from `start` until just before `end`."""

    key: str
    start: int
    end: int


@dataclass(frozen=True)
class Identity:
    id: str
    name: str
    root: str
    keys: list[SigningKey]
    revoked: frozenset[str]
    seal: seals.Signed


def fingerprint(root: str) -> str:
    return hashlib.sha256(bytes.fromhex(root)).hexdigest()


def read(owner: str, data: bytes) -> Identity:
    """The form of an identity document. Raises `Wrong` 2."""
    try:
        seal = seals.signed(decode(data), "identity", _NAMES)
        return _read(seal)
    except (MalformedError, NotJsonBytesError) as why:
        raise Wrong(2, f"the identity document of {owner} is not as it must be: {why}") from None


def check(owner: str, root: str, identity: Identity, pins: Iterable[tuple[str, str]]) -> bool:
    """Whether it is theirs; true when it is also pinned. `root` is what the terms say. Raises `Wrong` 4."""
    if (identity.id, identity.root) != (owner, root):
        raise Wrong(4, f"the identity document of {owner} names another co-op or root key than the terms")
    if not identity.seal.good(identity.root):
        raise Wrong(4, f"the identity document of {owner} is not signed by its root key")
    given = {pin for one, pin in pins if one == owner}
    if given - {fingerprint(root)}:
        raise Wrong(4, f"{owner} has another root key here than the one you gave: this is not the co-op you know")
    return bool(given)


def _read(seal: seals.Signed) -> Identity:
    there = seal.body
    shapes.whole(there["v"], 1, 1)
    shapes.whole(there["seq"], 1)
    shapes.whole(there["issued"])
    _endpoint(there["endpoint"])
    certificates = shapes.items(there["tls"], shapes.hexed)
    if not 1 <= len(certificates) == len(set(certificates)) <= 2:
        raise MalformedError("it has not one or two different certificates")
    versions = shapes.ordered(there["versions"], lambda one: shapes.whole(one, 1))
    if 1 not in versions or len(versions) > _MOST_VERSIONS:
        raise MalformedError("its versions do not have 1, or are more than 16")
    keys = shapes.ordered(there["keys"], _key)
    if len({one.key for one in keys}) != len(keys):
        raise MalformedError("a signing key stands twice")
    return Identity(
        id=shapes.co_op(there["id"]),
        name=shapes.line(there["name"], 200),
        root=shapes.public_key(there["root"]),
        keys=keys,
        revoked=frozenset(shapes.ordered(there["revoked"], shapes.hexed)),
        seal=seal,
    )


def _key(value: Json) -> SigningKey:
    there = shapes.fields(value, "key from to")
    found = SigningKey(shapes.public_key(there["key"]), shapes.whole(there["from"]), shapes.whole(there["to"]))
    if found.start >= found.end:
        raise MalformedError("a signing key ends before it begins")
    return found


def _endpoint(value: Json) -> None:
    port = shapes.matching(value, _ENDPOINT, "host:port or empty endpoint").rpartition(":")[2]
    if port and int(port) > _LAST_PORT:
        raise MalformedError("its endpoint has a port that there is not")
