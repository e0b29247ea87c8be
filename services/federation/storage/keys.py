"""This co-op's own keys, sealed: signing keys, and the certificates it shows at the border."""

from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from libs.boards.identity import SigningKey
from libs.database.engine import Work
from services.federation.storage import certificates
from services.federation.storage.certificates import TlsKey
from services.federation.storage.vault import Vault

YEARS_VALID = 2
DAY_SECONDS = 86_400
_SIGNING, _TLS = "signing", "tls"
_RAW = serialization.Encoding.Raw

_ADD_SIGNING = text("insert into signing_key (key, sealed, begins, ends, in_use) values (:key, :sealed, :begins, :ends, :in_use)")
_USE_SIGNING = text("update signing_key set in_use = (key = :key)")
_IN_USE = text("select key, sealed, begins, ends from signing_key where in_use")
_ALL_SIGNING = text("select key, begins, ends from signing_key order by begins, key")
_FORGET_SIGNING = text("delete from signing_key where key = :key and not in_use")
_FORGET_TLS = text("delete from tls_key where hash = :hash and place = 'waiting'")
_REVOKE = text("insert into revoked_key (key, at) values (:key, :at) on conflict do nothing")
_REVOKED = text("select key from revoked_key order by key")
_ADD_TLS = text("insert into tls_key (hash, certificate, sealed, made_at, place) values (:hash, :certificate, :sealed, :made_at, :place)")
_TLS_AT = text("select hash, certificate, sealed from tls_key where place = :place")
_MOVE_TLS = text("update tls_key set place = :to where place = :place")
_PLACE_TLS = text("update tls_key set place = :place where hash = :hash")


@dataclass(frozen=True)
class OwnKey:
    """A signing key of ours and the times it signs in, seconds since 1970."""

    private: Ed25519PrivateKey
    public: bytes
    begins: int
    ends: int


async def add_signing(work: Work, vault: Vault, now: datetime, *, in_use: bool) -> bytes:
    """A new signing key; its public half."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    begins = int(now.timestamp())
    sealed = vault.seal(_SIGNING, public.hex(), private.private_bytes_raw())
    row = {"key": public, "sealed": sealed, "begins": begins, "ends": begins + YEARS_VALID * 365 * DAY_SECONDS, "in_use": in_use}
    await work.connection.execute(_ADD_SIGNING, row)
    return public


async def use_signing(work: Work, key: bytes) -> None:
    """From now on this one signs, and no other."""
    await work.connection.execute(_USE_SIGNING, {"key": key})


async def signing(work: Work, vault: Vault) -> OwnKey | None:
    """The key that signs now; None until there is an identity."""
    row = (await work.connection.execute(_IN_USE)).first()
    if row is None:
        return None
    public = bytes(row.key)
    private = Ed25519PrivateKey.from_private_bytes(vault.open(_SIGNING, public.hex(), bytes(row.sealed)))
    return OwnKey(private, public, row.begins, row.ends)


async def all_signing(work: Work) -> tuple[SigningKey, ...]:
    """Every signing key there is and ever was."""
    return tuple(SigningKey(bytes(row.key), row.begins, row.ends) for row in await work.connection.execute(_ALL_SIGNING))


async def forget(work: Work, signing_key: bytes, tls_hash: bytes) -> None:
    """Keys that were made and never came into use: the root did not sign them."""
    await work.connection.execute(_FORGET_SIGNING, {"key": signing_key})
    await work.connection.execute(_FORGET_TLS, {"hash": tls_hash})


async def revoke(work: Work, key: bytes) -> None:
    await work.connection.execute(_REVOKE, {"key": key, "at": work.now})


async def revoked(work: Work) -> tuple[bytes, ...]:
    return tuple(bytes(row.key) for row in await work.connection.execute(_REVOKED))


async def add_tls(work: Work, vault: Vault, co_op: str, place: str) -> bytes:
    """A new certificate in this place (`current`, `next`, `waiting`); its hash."""
    made = certificates.make(co_op, work.now)
    sealed = vault.seal(_TLS, made.hash.hex(), made.private)
    row = {"hash": made.hash, "certificate": made.certificate, "sealed": sealed, "made_at": work.now, "place": place}
    await work.connection.execute(_ADD_TLS, row)
    return made.hash


async def tls(work: Work, vault: Vault, place: str = "current") -> TlsKey | None:
    row = (await work.connection.execute(_TLS_AT, {"place": place})).first()
    if row is None:
        return None
    return TlsKey(bytes(row.certificate), vault.open(_TLS, bytes(row.hash).hex(), bytes(row.sealed)))


async def tls_certificates(work: Work) -> tuple[bytes, ...]:
    """The certificates of the document: the one in use, then the next; DER."""
    found = []
    for place in ("current", "next"):
        row = (await work.connection.execute(_TLS_AT, {"place": place})).first()
        if row is not None:
            found.append(bytes(row.certificate))
    return tuple(found)


async def tls_hash(work: Work, place: str) -> bytes:
    return bytes((await work.connection.execute(_TLS_AT, {"place": place})).one().hash)


async def move_tls(work: Work, next_hash: bytes) -> None:
    """The next becomes the current one, and `next_hash` the next."""
    await work.connection.execute(_MOVE_TLS, {"place": "current", "to": "past"})
    await work.connection.execute(_MOVE_TLS, {"place": "next", "to": "current"})
    await work.connection.execute(_PLACE_TLS, {"hash": next_hash, "place": "next"})
