"""All our own identity documents, and the one that waits for the signature of a root key kept elsewhere."""

from dataclasses import dataclass

from sqlalchemy import text

from libs.boards import identity_documents
from libs.boards.identity_documents import IdentityDocument
from libs.database.engine import UnitOfWork

_LOCK = text("select pg_advisory_xact_lock(7311042)")
_LATEST = text("select document from own_identity order by seq desc limit 1")
_ADD = text("insert into own_identity (seq, document, made_at) values (:seq, :document, :at)")
_GET_UNSIGNED = text("select seq, body, signing_key, next_tls from identity_to_sign")
_DELETE_UNSIGNED = text("delete from identity_to_sign")
_SAVE_UNSIGNED = text("insert into identity_to_sign (seq, body, signing_key, next_tls) values (:seq, :body, :signing_key, :next_tls)")


@dataclass(frozen=True)
class OwnIdentity:
    """A document of ours and its bytes."""

    document: IdentityDocument
    content: bytes


@dataclass(frozen=True)
class UnsignedIdentity:
    """A body that waits for the root key's signature, and the keys it names, which are not in use yet."""

    seq: int
    body: bytes
    signing_key: bytes
    next_tls: bytes


async def lock(work: UnitOfWork) -> None:
    """Until the transaction ends nobody else creates an identity document."""
    await work.connection.execute(_LOCK)


async def get_latest(work: UnitOfWork) -> OwnIdentity | None:
    """The newest; None until the root key has signed one."""
    row = (await work.connection.execute(_LATEST)).first()
    return None if row is None else OwnIdentity(identity_documents.read_identity(bytes(row.document)), bytes(row.document))


async def add(work: UnitOfWork, document: IdentityDocument, content: bytes) -> None:
    await work.connection.execute(_ADD, {"seq": document.seq, "document": content, "at": work.now})
    await work.connection.execute(_DELETE_UNSIGNED)


async def get_unsigned(work: UnitOfWork) -> UnsignedIdentity | None:
    row = (await work.connection.execute(_GET_UNSIGNED)).first()
    return None if row is None else UnsignedIdentity(row.seq, bytes(row.body), bytes(row.signing_key), bytes(row.next_tls))


async def save_unsigned(work: UnitOfWork, unsigned: UnsignedIdentity) -> None:
    await work.connection.execute(_DELETE_UNSIGNED)
    row = {"seq": unsigned.seq, "body": unsigned.body, "signing_key": unsigned.signing_key, "next_tls": unsigned.next_tls}
    await work.connection.execute(_SAVE_UNSIGNED, row)
