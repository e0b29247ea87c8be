"""Sends an ask of ours to the peers that it names, and tells them when it is withdrawn."""

from collections.abc import Collection

from libs.asks.documents import Ask
from libs.database.engine import UnitOfWork
from services.federation.domain import message_stream
from services.federation.storage import asks, peer_messages, peers, wakeup_topics


async def send_ask(work: UnitOfWork, ask: Ask, co_ops: Collection[str]) -> None:
    """To those of them whose agreement covers asks. Sending it again changes nothing, and an ask that is over goes nowhere."""
    if ask.until <= work.now.timestamp():
        return
    for peer in await peers.list_active(work):
        if peer.id in co_ops and peer.exchanges_asks and await asks.add_out(work, ask, peer.id):
            await peer_messages.enqueue(work, peer.id, message_stream.ASK, ask.payload(), ask.until)
            work.wakes.add(wakeup_topics.ASKS)


async def withdraw_sent_ask(work: UnitOfWork, ask_id: str) -> None:
    """For a peer that is away both letters wait: it learns of the end with the ask, and neither counts nor shows it."""
    for peer, until in (await asks.end_out(work, ask_id)).items():
        await peer_messages.enqueue(work, peer, message_stream.ASK_ENDED, {"ask": ask_id}, until)
        work.wakes.add(wakeup_topics.ASKS)
