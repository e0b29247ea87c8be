"""All our own identity documents, and the one that waits for the signature of a root key kept elsewhere."""

from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select

from libs.boards import identity_documents
from libs.boards.identity_documents import IdentityDocument
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from services.federation.storage import wakeup_topics
from services.federation.storage.tables import identity_to_sign
from services.federation.storage.tables import own_identity as table

_LOCK = select(func.pg_advisory_xact_lock(7311042))
_LATEST = select(table.c.document).order_by(table.c.seq.desc()).limit(1)
_ADD = insert(table)
_GET_UNSIGNED = select(identity_to_sign)
_DELETE_UNSIGNED = delete(identity_to_sign)
_SAVE_UNSIGNED = insert(identity_to_sign)


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


_read_unsigned = row_mapper(UnsignedIdentity)


async def lock(work: UnitOfWork) -> None:
    """Until the transaction ends nobody else creates an identity document."""
    await work.connection.execute(_LOCK)


async def get_latest(work: UnitOfWork) -> OwnIdentity | None:
    """The newest; None until the root key has signed one."""
    content = (await work.connection.execute(_LATEST)).scalar()
    return None if content is None else OwnIdentity(identity_documents.read_identity(content), content)


async def add(work: UnitOfWork, document: IdentityDocument, content: bytes) -> None:
    await work.connection.execute(_ADD, {"seq": document.seq, "document": content, "made_at": work.now})
    await work.connection.execute(_DELETE_UNSIGNED)
    work.wakes.add(wakeup_topics.PEERS)


async def get_unsigned(work: UnitOfWork) -> UnsignedIdentity | None:
    row = (await work.connection.execute(_GET_UNSIGNED)).first()
    return None if row is None else _read_unsigned(row)


async def save_unsigned(work: UnitOfWork, unsigned: UnsignedIdentity) -> None:
    await work.connection.execute(_DELETE_UNSIGNED)
    await work.connection.execute(_SAVE_UNSIGNED, values_of(unsigned))
