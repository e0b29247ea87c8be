"""Handles a peer's messages about asks: theirs to us, and what they answer to ours (`domain/ask_acceptance.py`)."""

from collections.abc import Mapping
from datetime import timedelta

from libs.asks import documents
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition
from libs.signing.canonical import Json
from services.federation.commands.receive_messages import MessageHandler
from services.federation.domain import ask_acceptance, message_stream
from services.federation.storage import asks, events_out, peers, wakeup_topics


async def _handle_ask(work: UnitOfWork, peer_id: str, payload: Mapping[str, Json]) -> None:
    ask = documents.read_ask(payload)
    peer = await peers.require(work, peer_id)
    of_today = await asks.count_in_since(work, peer_id, work.now - timedelta(days=1))
    now, most = int(work.now.timestamp()), await asks.get_asks_a_day(work)
    ask_acceptance.require_acceptable(ask, now, of_today, most, is_agreed=peer.exchanges_asks)
    if not await asks.add_in(work, peer_id, ask):
        raise FailedPrecondition("ASK_KNOWN")
    work.wakes.add(wakeup_topics.ASKS)


async def _handle_ended(work: UnitOfWork, peer: str, payload: Mapping[str, Json]) -> None:
    ask = documents.read_ended(payload)
    if not await asks.end_in(work, peer, ask):
        raise FailedPrecondition("ASK_UNKNOWN")
    await events_out.ask_ended(work, peer, ask)


async def _handle_count(work: UnitOfWork, peer: str, payload: Mapping[str, Json]) -> None:
    ask, at_least = documents.read_count(payload)
    if not await asks.mark_counted_out(work, ask, peer):
        raise FailedPrecondition("ASK_UNKNOWN")
    await events_out.ask_counted(work, peer, ask, at_least)


async def _handle_reply(work: UnitOfWork, peer: str, payload: Mapping[str, Json]) -> None:
    reply = documents.read_reply(payload)
    until = await asks.find_open_out(work, reply.ask, peer)
    if until is None:
        raise FailedPrecondition("ASK_UNKNOWN")
    ask_acceptance.require_room_for_reply(await asks.count_replies(work, peer, reply.ask, ours=False))
    if not await asks.add_reply(work, peer, reply, until, ours=False):
        raise FailedPrecondition("ASK_REPLY_KNOWN")
    await events_out.ask_reply_received(work, peer, reply)


async def _handle_reply_ended(work: UnitOfWork, peer: str, payload: Mapping[str, Json]) -> None:
    reply = documents.read_reply(payload)
    if not await asks.end_reply(work, peer, reply, ours=False):
        raise FailedPrecondition("ASK_REPLY_UNKNOWN")
    await events_out.ask_reply_ended(work, peer, reply)


async def _handle_agreed(work: UnitOfWork, peer: str, payload: Mapping[str, Json]) -> None:
    reply, reference = documents.read_agreed(payload)
    if not await asks.agree_reply(work, peer, reply, ours=True):
        raise FailedPrecondition("ASK_REPLY_UNKNOWN")
    await events_out.ask_reply_agreed(work, peer, reply, reference)


ASK_HANDLERS: Mapping[str, MessageHandler] = {
    message_stream.ASK: _handle_ask,
    message_stream.ASK_ENDED: _handle_ended,
    message_stream.ASK_COUNT: _handle_count,
    message_stream.ASK_REPLY: _handle_reply,
    message_stream.ASK_REPLY_ENDED: _handle_reply_ended,
    message_stream.ASK_AGREED: _handle_agreed,
}
"""By the message's kind."""
