"""Messages to and from peers. Queued messages leave in the order of queueing; `domain/message_stream.py` has the rules of the stream."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import ColumnElement, Select, Table, bindparam, delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert

from libs.database.columns import among
from libs.database.engine import UnitOfWork
from libs.signing import canonical, statement
from libs.signing.canonical import Json
from services.federation.domain import message_stream
from services.federation.domain.message_stream import MessageOutcome, PeerMessage
from services.federation.storage.tables import letter_conflict
from services.federation.storage.tables import letter_in as received
from services.federation.storage.tables import letter_out as sent
from services.federation.storage.tables import letter_waiting as waiting

_ENQUEUE = insert(waiting)
_LIST_UNNUMBERED = (
    select(waiting).where(waiting.c.peer == bindparam("peer")).order_by(waiting.c.id).limit(bindparam("most")).with_for_update()
)
_LIST_UNNUMBERED_OF_KINDS = _LIST_UNNUMBERED.where(among(waiting.c.kind, "kinds"))
_DELETE_QUEUED = delete(waiting).where(waiting.c.id == bindparam("waiting"))
_ADD_SENT = insert(sent)
_ADD_RECEIVED = insert(received)
_ADD_CONFLICT = insert(letter_conflict).on_conflict_do_nothing()
_COUNT_WAITING = select(func.count()).where(waiting.c.peer == bindparam("peer")).scalar_subquery()
_COUNT_UNHELD = select(func.count()).where(sent.c.peer == bindparam("peer"), sent.c.seq > bindparam("held")).scalar_subquery()
_COUNT_UNDELIVERED = select(_COUNT_WAITING + _COUNT_UNHELD)
_HAS_UNDELIVERED = select(
    exists().where(waiting.c.peer == bindparam("peer"), waiting.c.kind == bindparam("kind"))
    | exists().where(sent.c.peer == bindparam("peer"), sent.c.seq > bindparam("held"))
)


def _last(stream: Table) -> Select[tuple[int, str]]:
    return select(stream.c.seq, stream.c.hash).where(stream.c.peer == bindparam("peer")).order_by(stream.c.seq.desc()).limit(1)


def _hash_of(stream: Table) -> Select[tuple[str]]:
    return select(stream.c.hash).where(stream.c.peer == bindparam("peer"), stream.c.seq == bindparam("seq"))


def _after(stream: Table, content: ColumnElement[bytes]) -> Select[tuple[bytes]]:
    later = select(content).where(stream.c.peer == bindparam("peer"), stream.c.seq > bindparam("seq"))
    return later.order_by(stream.c.seq).limit(bindparam("most"))


_LAST_SENT, _LAST_RECEIVED = _last(sent), _last(received)
_SENT_HASH, _RECEIVED_HASH = _hash_of(sent), _hash_of(received)
_SENT_AFTER, _RECEIVED_AFTER = _after(sent, sent.c.body), _after(received, received.c.content)


@dataclass(frozen=True)
class LastMessage:
    """The last message of a stream: its number and hash; 0 and empty when there is none."""

    seq: int
    hash: str


@dataclass(frozen=True)
class UnnumberedMessage:
    """A queued message that has no number yet."""

    id: int
    kind: str
    payload: Mapping[str, Json]
    expires: int


async def enqueue(work: UnitOfWork, peer: str, kind: str, payload: Mapping[str, Json], expires: int = 0) -> None:
    """Queues a message to a peer, sent when the peer can be reached. `expires` is in seconds since 1970; 0 = never."""
    row = {"peer": peer, "kind": kind, "payload": canonical.encode(dict(payload)), "expires": expires, "at": work.now}
    await work.connection.execute(_ENQUEUE, row)


async def list_unnumbered(work: UnitOfWork, peer: str, kinds: frozenset[str] | None, limit: int) -> list[UnnumberedMessage]:
    """The oldest messages without a number, of these kinds; None = all."""
    statement, of_kinds = (_LIST_UNNUMBERED, {}) if kinds is None else (_LIST_UNNUMBERED_OF_KINDS, {"kinds": sorted(kinds)})
    rows = await work.connection.execute(statement, {"peer": peer, "most": limit, **of_kinds})
    return [UnnumberedMessage(row.id, row.kind, cast("dict[str, Json]", canonical.decode(row.payload)), row.expires) for row in rows]


async def add_numbered(work: UnitOfWork, waiting_id: int, message: PeerMessage) -> LastMessage:
    """Moves a queued message into the stream, under its number."""
    body = message.body()
    await work.connection.execute(_DELETE_QUEUED, {"waiting": waiting_id})
    return await _add_sent(work, message, body, taken_back=False)


async def restore_sent(work: UnitOfWork, message: PeerMessage, body: bytes) -> LastMessage:
    """Restores a message of ours that the peer holds and we had lost."""
    return await _add_sent(work, message, body, taken_back=True)


async def get_last_sent(work: UnitOfWork, peer: str) -> LastMessage:
    row = (await work.connection.execute(_LAST_SENT, {"peer": peer})).first()
    return LastMessage(0, "") if row is None else LastMessage(*row)


async def get_sent_hash(work: UnitOfWork, peer: str, seq: int) -> str | None:
    return (await work.connection.execute(_SENT_HASH, {"peer": peer, "seq": seq})).scalar()


async def list_sent_after(work: UnitOfWork, peer: str, seq: int, limit: int = message_stream.MAX_IN_BATCH) -> list[bytes]:
    """The bodies of numbered messages after `seq`, in order."""
    return list((await work.connection.execute(_SENT_AFTER, {"peer": peer, "seq": seq, "most": limit})).scalars())


async def get_last_received(work: UnitOfWork, peer: str) -> LastMessage:
    row = (await work.connection.execute(_LAST_RECEIVED, {"peer": peer})).first()
    return LastMessage(0, "") if row is None else LastMessage(*row)


async def get_received_hash(work: UnitOfWork, peer: str, seq: int) -> str | None:
    return (await work.connection.execute(_RECEIVED_HASH, {"peer": peer, "seq": seq})).scalar()


async def list_received_after(work: UnitOfWork, peer: str, seq: int, limit: int = message_stream.MAX_IN_BATCH) -> list[bytes]:
    """Messages of the peer after `seq` as it signed them, in order."""
    return list((await work.connection.execute(_RECEIVED_AFTER, {"peer": peer, "seq": seq, "most": limit})).scalars())


async def add_received(
    work: UnitOfWork, message: PeerMessage, content: bytes, body: bytes, outcome: MessageOutcome, reason: str
) -> LastMessage:
    """Stores a message of the peer and its outcome."""
    hash_ = message_stream.body_hash(body)
    row = {"peer": message.sender, "seq": message.seq, "content": content, "hash": hash_, "at": work.now}
    await work.connection.execute(_ADD_RECEIVED, row | {"judged": outcome.value, "reason": reason})
    return LastMessage(message.seq, hash_)


async def add_conflict(work: UnitOfWork, message: PeerMessage, content: bytes, body: bytes) -> bool:
    """Stores the proof that the sender signed two messages for one position. Returns whether it is new."""
    row = {"peer": message.sender, "seq": message.seq, "hash": message_stream.body_hash(body), "content": content, "at": work.now}
    return (await work.connection.execute(_ADD_CONFLICT, row)).rowcount > 0


async def count_undelivered(work: UnitOfWork, peer: str, held: int) -> int:
    """How many messages the peer does not hold yet."""
    return int((await work.connection.execute(_COUNT_UNDELIVERED, {"peer": peer, "held": held})).scalar_one())


async def has_undelivered(work: UnitOfWork, peer: str, held: int, kind: str) -> bool:
    """Whether a message of this kind is queued, or any numbered one that the peer does not hold."""
    return bool((await work.connection.execute(_HAS_UNDELIVERED, {"peer": peer, "held": held, "kind": kind})).scalar_one())


def sign_message(body: bytes, key: Ed25519PrivateKey) -> bytes:
    """The signed message as it is sent."""
    return canonical.encode({"body": canonical.decode(body), "sig": statement.sign(key, message_stream.KIND, body).hex()})


def take_up_to_bytes(contents: Sequence[bytes], max_bytes: int = message_stream.MAX_BATCH_BYTES) -> list[bytes]:
    """As many from the beginning as fit, at least one."""
    taken: list[bytes] = []
    size = 0
    for content in contents:
        size += len(content)
        if taken and size > max_bytes:
            break
        taken.append(content)
    return taken


async def _add_sent(work: UnitOfWork, message: PeerMessage, body: bytes, *, taken_back: bool) -> LastMessage:
    hash_ = message_stream.body_hash(body)
    row = {"peer": message.receiver, "seq": message.seq, "body": body, "hash": hash_, "at": work.now, "taken_back": taken_back}
    await work.connection.execute(_ADD_SENT, row)
    return LastMessage(message.seq, hash_)
