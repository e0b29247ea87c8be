"""Our own identity documents, every one ever made, and the one that waits for a root key kept elsewhere."""

from dataclasses import dataclass

from sqlalchemy import text

from libs.boards import identity
from libs.boards.identity import IdentityDocument
from libs.database.engine import Work

_LOCK = text("select pg_advisory_xact_lock(7311042)")
_OWN = text("select document from own_identity order by seq desc limit 1")
_ADD = text("insert into own_identity (seq, document, made_at) values (:seq, :document, :at)")
_WAITING = text("select seq, body, signing_key, next_tls from identity_to_sign")
_FORGET = text("delete from identity_to_sign")
_KEEP = text("insert into identity_to_sign (seq, body, signing_key, next_tls) values (:seq, :body, :signing_key, :next_tls)")


@dataclass(frozen=True)
class OwnIdentity:
    """A document of ours and its bytes."""

    document: IdentityDocument
    content: bytes


@dataclass(frozen=True)
class ToSign:
    """What waits for the root: the body's bytes, and the keys it names that are not in use yet."""

    seq: int
    body: bytes
    signing_key: bytes
    next_tls: bytes


async def hold(work: Work) -> None:
    """Until the work ends nobody else makes an identity."""
    await work.connection.execute(_LOCK)


async def own(work: Work) -> OwnIdentity | None:
    """The newest; None until the root key has signed one."""
    row = (await work.connection.execute(_OWN)).first()
    return None if row is None else OwnIdentity(identity.read(bytes(row.document)), bytes(row.document))


async def add(work: Work, document: IdentityDocument, content: bytes) -> None:
    await work.connection.execute(_ADD, {"seq": document.seq, "document": content, "at": work.now})
    await work.connection.execute(_FORGET)


async def to_sign(work: Work) -> ToSign | None:
    row = (await work.connection.execute(_WAITING)).first()
    return None if row is None else ToSign(row.seq, bytes(row.body), bytes(row.signing_key), bytes(row.next_tls))


async def keep_to_sign(work: Work, waiting: ToSign) -> None:
    await work.connection.execute(_FORGET)
    row = {"seq": waiting.seq, "body": waiting.body, "signing_key": waiting.signing_key, "next_tls": waiting.next_tls}
    await work.connection.execute(_KEEP, row)
