"""Tells a peer how many of our people would fit its ask, in steps as matching says."""

from libs.asks.documents import count_payload
from libs.database.engine import UnitOfWork
from services.federation.domain import message_stream
from services.federation.storage import asks, events_out, peer_messages
from services.federation.storage.asks import PeerAsk


async def send_ask_count(work: UnitOfWork, received: PeerAsk, at_least: int) -> None:
    """Nothing to a peer that withdrew it meanwhile: matching, which took it, hears of that once more."""
    if await asks.mark_counted_in(work, received.peer, received.ask.id):
        payload = count_payload(received.ask.id, at_least)
        await peer_messages.enqueue(work, received.peer, message_stream.ASK_COUNT, payload, received.ask.until)
    else:
        await events_out.ask_ended(work, received.peer, received.ask.id)
