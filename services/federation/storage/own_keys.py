"""This co-op's own keys, encrypted: signing keys, and the TLS certificates it shows to peers."""

from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from libs.boards.identity_documents import SigningKey
from libs.database.engine import UnitOfWork
from services.federation.storage import certificates
from services.federation.storage.certificates import TlsKey
from services.federation.storage.key_cipher import KeyCipher
from services.federation.storage.tables import revoked_key, signing_key, tls_key

YEARS_VALID = 2
DAY_SECONDS = 86_400
_SIGNING, _TLS = "signing", "tls"

_ADD_SIGNING = insert(signing_key)
_USE_SIGNING = update(signing_key).values(in_use=signing_key.c.key == bindparam("used"))
_IN_USE = select(signing_key).where(signing_key.c.in_use)
_ALL_SIGNING = select(signing_key.c.key, signing_key.c.begins, signing_key.c.ends).order_by(signing_key.c.begins, signing_key.c.key)
_DELETE_SIGNING = delete(signing_key).where(signing_key.c.key == bindparam("unused"), ~signing_key.c.in_use)
_DELETE_TLS = delete(tls_key).where(tls_key.c.hash == bindparam("unused"), tls_key.c.place == "waiting")
_REVOKE = insert(revoked_key).on_conflict_do_nothing()
_REVOKED = select(revoked_key.c.key).order_by(revoked_key.c.key)
_ADD_TLS = insert(tls_key)
_TLS_AT = select(tls_key).where(tls_key.c.place == bindparam("at"))
_MOVE_TLS = update(tls_key).where(tls_key.c.place == bindparam("at")).values(place=bindparam("to"))
_PLACE_TLS = update(tls_key).where(tls_key.c.hash == bindparam("of")).values(place=bindparam("to"))


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
    await work.connection.execute(_USE_SIGNING, {"used": key})


async def get_signing_key(work: UnitOfWork, cipher: KeyCipher) -> OwnSigningKey | None:
    """The key that signs now; None until there is an identity."""
    row = (await work.connection.execute(_IN_USE)).first()
    if row is None:
        return None
    private = Ed25519PrivateKey.from_private_bytes(cipher.decrypt(_SIGNING, row.key.hex(), row.sealed))
    return OwnSigningKey(private, row.key, row.begins, row.ends)


async def list_signing_keys(work: UnitOfWork) -> tuple[SigningKey, ...]:
    """Every signing key, past and present."""
    return tuple(SigningKey(*row) for row in await work.connection.execute(_ALL_SIGNING))


async def delete_unused(work: UnitOfWork, unused_signing_key: bytes, tls_hash: bytes) -> None:
    """Deletes keys that never came into use, because the root key did not sign them."""
    await work.connection.execute(_DELETE_SIGNING, {"unused": unused_signing_key})
    await work.connection.execute(_DELETE_TLS, {"unused": tls_hash})


async def revoke(work: UnitOfWork, key: bytes) -> None:
    await work.connection.execute(_REVOKE, {"key": key, "at": work.now})


async def list_revoked(work: UnitOfWork) -> tuple[bytes, ...]:
    return tuple((await work.connection.execute(_REVOKED)).scalars())


async def create_tls_key(work: UnitOfWork, cipher: KeyCipher, co_op: str, place: str) -> bytes:
    """Creates a certificate in this place (`current`, `next`, `waiting`); returns its hash."""
    key = certificates.create_tls_key(co_op, work.now)
    sealed = cipher.encrypt(_TLS, key.hash.hex(), key.private)
    row = {"hash": key.hash, "certificate": key.certificate, "sealed": sealed, "made_at": work.now, "place": place}
    await work.connection.execute(_ADD_TLS, row)
    return key.hash


async def get_tls_key(work: UnitOfWork, cipher: KeyCipher, place: str = "current") -> TlsKey | None:
    row = (await work.connection.execute(_TLS_AT, {"at": place})).first()
    if row is None:
        return None
    return TlsKey(row.certificate, cipher.decrypt(_TLS, row.hash.hex(), row.sealed))


async def list_tls_certificates(work: UnitOfWork) -> tuple[bytes, ...]:
    """The certificates of the document: the one in use, then the next; DER."""
    certificates_found = []
    for place in ("current", "next"):
        row = (await work.connection.execute(_TLS_AT, {"at": place})).first()
        if row is not None:
            certificates_found.append(row.certificate)
    return tuple(certificates_found)


async def get_tls_hash(work: UnitOfWork, place: str) -> bytes:
    hash_: bytes = (await work.connection.execute(_TLS_AT, {"at": place})).one().hash
    return hash_


async def promote_tls_keys(work: UnitOfWork, next_hash: bytes) -> None:
    """Makes the next certificate the current one, and `next_hash` the next."""
    await work.connection.execute(_MOVE_TLS, {"at": "current", "to": "past"})
    await work.connection.execute(_MOVE_TLS, {"at": "next", "to": "current"})
    await work.connection.execute(_PLACE_TLS, {"of": next_hash, "to": "next"})
