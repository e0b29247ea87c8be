"""This co-op's own keys, encrypted: signing keys, and the TLS certificates it shows to peers."""

from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from libs.boards.identity_documents import SigningKey
from libs.database.engine import UnitOfWork
from services.federation.storage import certificates
from services.federation.storage.certificates import TlsKey
from services.federation.storage.key_cipher import KeyCipher

YEARS_VALID = 2
DAY_SECONDS = 86_400
_SIGNING, _TLS = "signing", "tls"
_RAW = serialization.Encoding.Raw

_ADD_SIGNING = text("insert into signing_key (key, sealed, begins, ends, in_use) values (:key, :sealed, :begins, :ends, :in_use)")
_USE_SIGNING = text("update signing_key set in_use = (key = :key)")
_IN_USE = text("select key, sealed, begins, ends from signing_key where in_use")
_ALL_SIGNING = text("select key, begins, ends from signing_key order by begins, key")
_DELETE_SIGNING = text("delete from signing_key where key = :key and not in_use")
_DELETE_TLS = text("delete from tls_key where hash = :hash and place = 'waiting'")
_REVOKE = text("insert into revoked_key (key, at) values (:key, :at) on conflict do nothing")
_REVOKED = text("select key from revoked_key order by key")
_ADD_TLS = text("insert into tls_key (hash, certificate, sealed, made_at, place) values (:hash, :certificate, :sealed, :made_at, :place)")
_TLS_AT = text("select hash, certificate, sealed from tls_key where place = :place")
_MOVE_TLS = text("update tls_key set place = :to where place = :place")
_PLACE_TLS = text("update tls_key set place = :place where hash = :hash")


@dataclass(frozen=True)
class OwnSigningKey:
    """A signing key of ours and its validity, in seconds since 1970."""

    private: Ed25519PrivateKey
    public: bytes
    begins: int
    ends: int


async def create_signing_key(work: UnitOfWork, cipher: KeyCipher, now: datetime, *, in_use: bool) -> bytes:
    """Creates a signing key; returns its public half."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    begins = int(now.timestamp())
    sealed = cipher.encrypt(_SIGNING, public.hex(), private.private_bytes_raw())
    row = {"key": public, "sealed": sealed, "begins": begins, "ends": begins + YEARS_VALID * 365 * DAY_SECONDS, "in_use": in_use}
    await work.connection.execute(_ADD_SIGNING, row)
    return public


async def activate_signing_key(work: UnitOfWork, key: bytes) -> None:
    """Makes this the only key that signs."""
    await work.connection.execute(_USE_SIGNING, {"key": key})


async def get_signing_key(work: UnitOfWork, cipher: KeyCipher) -> OwnSigningKey | None:
    """The key that signs now; None until there is an identity."""
    row = (await work.connection.execute(_IN_USE)).first()
    if row is None:
        return None
    public = bytes(row.key)
    private = Ed25519PrivateKey.from_private_bytes(cipher.decrypt(_SIGNING, public.hex(), bytes(row.sealed)))
    return OwnSigningKey(private, public, row.begins, row.ends)


async def list_signing_keys(work: UnitOfWork) -> tuple[SigningKey, ...]:
    """Every signing key, past and present."""
    return tuple(SigningKey(bytes(row.key), row.begins, row.ends) for row in await work.connection.execute(_ALL_SIGNING))


async def delete_unused(work: UnitOfWork, signing_key: bytes, tls_hash: bytes) -> None:
    """Deletes keys that never came into use, because the root key did not sign them."""
    await work.connection.execute(_DELETE_SIGNING, {"key": signing_key})
    await work.connection.execute(_DELETE_TLS, {"hash": tls_hash})


async def revoke(work: UnitOfWork, key: bytes) -> None:
    await work.connection.execute(_REVOKE, {"key": key, "at": work.now})


async def list_revoked(work: UnitOfWork) -> tuple[bytes, ...]:
    return tuple(bytes(row.key) for row in await work.connection.execute(_REVOKED))


async def create_tls_key(work: UnitOfWork, cipher: KeyCipher, co_op: str, place: str) -> bytes:
    """Creates a certificate in this place (`current`, `next`, `waiting`); returns its hash."""
    key = certificates.create_tls_key(co_op, work.now)
    sealed = cipher.encrypt(_TLS, key.hash.hex(), key.private)
    row = {"hash": key.hash, "certificate": key.certificate, "sealed": sealed, "made_at": work.now, "place": place}
    await work.connection.execute(_ADD_TLS, row)
    return key.hash


async def get_tls_key(work: UnitOfWork, cipher: KeyCipher, place: str = "current") -> TlsKey | None:
    row = (await work.connection.execute(_TLS_AT, {"place": place})).first()
    if row is None:
        return None
    return TlsKey(bytes(row.certificate), cipher.decrypt(_TLS, bytes(row.hash).hex(), bytes(row.sealed)))


async def list_tls_certificates(work: UnitOfWork) -> tuple[bytes, ...]:
    """The certificates of the document: the one in use, then the next; DER."""
    certificates_found = []
    for place in ("current", "next"):
        row = (await work.connection.execute(_TLS_AT, {"place": place})).first()
        if row is not None:
            certificates_found.append(bytes(row.certificate))
    return tuple(certificates_found)


async def get_tls_hash(work: UnitOfWork, place: str) -> bytes:
    return bytes((await work.connection.execute(_TLS_AT, {"place": place})).one().hash)


async def promote_tls_keys(work: UnitOfWork, next_hash: bytes) -> None:
    """Makes the next certificate the current one, and `next_hash` the next."""
    await work.connection.execute(_MOVE_TLS, {"place": "current", "to": "past"})
    await work.connection.execute(_MOVE_TLS, {"place": "next", "to": "current"})
    await work.connection.execute(_PLACE_TLS, {"hash": next_hash, "place": "next"})
