"""Receives a peer's messages in the order of its stream; each is judged once, and its outcome is stored with it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from libs.boards.document_fields import DocumentError
from libs.database.engine import UnitOfWork
from libs.refusals import Refusal
from libs.signing.canonical import Json
from services.federation.domain import message_stream
from services.federation.domain.message_stream import MessageOutcome, PeerMessage, StreamPosition
from services.federation.storage import peer_messages, peers

MessageHandler = Callable[[UnitOfWork, str, Mapping[str, Json]], Awaitable[None]]
"""(work, the peer's co-op id, the message's payload). A refusal or a DocumentError voids the message's effect, never the stream."""


async def receive_messages(
    work: UnitOfWork, own_id: str, peer_id: str, contents: Sequence[bytes], handlers: Mapping[str, MessageHandler]
) -> int:
    """Returns how many were new. Stops at the first that is unreadable, out of order, or not allowed in the peering's present state: the
    peer learns what we hold, and continues from there.
    """
    received = 0
    for content in contents[: message_stream.MAX_IN_BATCH]:
        peer = await peers.require(work, peer_id)
        try:
            message, body = message_stream.parse_and_verify(content, peer.identity.trusted_keys(), peer_id, own_id)
        except DocumentError:
            await peers.record_failure(work, peer_id, "LETTER_UNREADABLE")
            return received
        last = await peer_messages.get_last_received(work, peer_id)
        stored_hash = await peer_messages.get_received_hash(work, peer_id, message.seq) if message.seq <= last.seq else None
        position = message_stream.classify(message, body, last.seq, last.hash, stored_hash)
        if position is StreamPosition.DUPLICATE:
            continue
        if position is StreamPosition.CONFLICT:
            await _record_conflict(work, message, content, body)
            return received
        if position is StreamPosition.GAP or not message_stream.is_kind_allowed(peer.state, message.kind):
            return received
        outcome, reason = await _apply_message(work, message, handlers)
        await peer_messages.add_received(work, message, content, body, outcome, reason)
        received += 1
    return received


async def _apply_message(work: UnitOfWork, message: PeerMessage, handlers: Mapping[str, MessageHandler]) -> tuple[MessageOutcome, str]:
    """Applies the message's effect, completely or not at all."""
    if message.expires and message.expires <= work.now.timestamp():
        return MessageOutcome.EXPIRED, ""
    handler = handlers.get(message.kind)
    if handler is None:
        return MessageOutcome.UNKNOWN, ""
    try:
        async with work.savepoint():
            await handler(work, message.sender, message.payload)
    except Refusal as refusal:
        return MessageOutcome.REFUSED, refusal.reason
    except DocumentError:
        return MessageOutcome.REFUSED, "BAD_FORM"
    return MessageOutcome.EFFECTIVE, ""


async def _record_conflict(work: UnitOfWork, message: PeerMessage, content: bytes, body: bytes) -> None:
    if await peer_messages.add_conflict(work, message, content, body):
        await peers.add_log_entry(work, message.sender, "letters_conflict", by_them=True, detail=str(message.seq))
    await peers.record_failure(work, message.sender, "LETTERS_DIFFER")
