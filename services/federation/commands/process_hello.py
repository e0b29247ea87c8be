"""Processes the hello with which every contact begins: who holds which messages. After a rollback we restore our own messages here."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from libs.boards.document_fields import DocumentError
from libs.database.engine import UnitOfWork
from libs.refusals import Refusal
from services.federation.domain import invitation, message_stream
from services.federation.domain.message_stream import StreamPosition
from services.federation.storage import events_out, peer_messages, peers
from services.federation.storage.local_identity import require_identity
from services.federation.storage.peers import Peer


@dataclass(frozen=True)
class Hello:
    """What the peer reports: the last message of ours that it holds, the last one it wrote to us, hashes in hex; `identity` is the `seq` of
    our identity document that it holds; `yours` are messages of ours that we seem to have lost.
    """

    held: int = 0
    held_hash: str = ""
    sent: int = 0
    sent_hash: str = ""
    identity: int = 0
    yours: Sequence[bytes] = field(default=(), repr=False)


async def process_hello(work: UnitOfWork, peer_id: str, clock: int, hello: Hello, identity: bytes) -> bool:
    """Returns whether messages may be numbered for it: it holds none of ours that we lack. `clock` is the peer's, in seconds since 1970."""
    peer = await peers.require(work, peer_id)
    await _record_contact(work, peer, clock)
    if identity:
        await _update_identity(work, peer, identity)
    own = await require_identity(work)
    if (known_seq := min(hello.identity, own.document.seq)) != peer.identity_held:
        await peers.set_identity_held(work, peer_id, known_seq)
    last = await peer_messages.get_last_sent(work, peer_id)
    if hello.held > last.seq:
        last = await _restore_sent_messages(work, peer, own.document.id, own.document.trusted_keys(), hello.yours)
    if hello.held > last.seq:
        await peers.record_failure(work, peer_id, "LETTERS_LOST")
        return False
    if hello.held and await peer_messages.get_sent_hash(work, peer_id, hello.held) != hello.held_hash:
        await peers.record_failure(work, peer_id, "LETTERS_DIFFER")
        return False
    if hello.held != peer.letters_held:
        await peers.set_messages_held(work, peer_id, hello.held)
    return True


async def _record_contact(work: UnitOfWork, peer: Peer, clock: int) -> None:
    off = max(-(2**62), min(2**62, clock - int(work.now.timestamp())))
    await peers.record_contact(work, peer, off)
    if peer.unreachable:
        await peers.set_unreachable(work, peer.id, unreachable=False)
        await peers.add_log_entry(work, peer.id, "reachable")
        await events_out.peer_reachable(work, peer.id)


async def _update_identity(work: UnitOfWork, peer: Peer, identity: bytes) -> None:
    """Stores its newer identity document, when the same root key signed it. Otherwise nothing changes, and the contact continues with the
    stored one.
    """
    try:
        invited = invitation.parse(identity)
        if (invited.document.id, invited.document.root) != (peer.id, peer.root) or invited.document.seq < peer.seq:
            return
        if invited.document.seq == peer.seq:
            if invited.document != peer.identity:
                await peers.record_failure(work, peer.id, "IDENTITY_NUMBER_TWICE")
            return
        await peers.require_usable_certificates(work, invited)
    except Refusal as refusal:
        await peers.record_failure(work, peer.id, refusal.reason)
        return
    await peers.save_identity(work, invited)
    await peers.add_log_entry(work, peer.id, "keys_rotated", by_them=True)


async def _restore_sent_messages(
    work: UnitOfWork, peer: Peer, own_id: str, own_keys: Sequence[bytes], returned: Sequence[bytes]
) -> peer_messages.LastMessage:
    last = await peer_messages.get_last_sent(work, peer.id)
    restored = 0
    for content in returned[: message_stream.MAX_IN_BATCH]:
        try:
            message, body = message_stream.parse_and_verify(content, own_keys, own_id, peer.id)
        except DocumentError:
            break
        if message_stream.classify(message, body, last.seq, last.hash, None) is not StreamPosition.NEXT:
            break
        last = await peer_messages.restore_sent(work, message, body)
        restored += 1
    if restored:
        await peers.add_log_entry(work, peer.id, "letters_taken_back", detail=str(restored))
    return last
