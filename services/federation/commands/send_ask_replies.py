"""Sends what people here say to asks: that somebody would like to be put in touch, that they no longer would, and that both agreed."""

from libs.asks.documents import AskReply, agreed_payload
from libs.database.engine import UnitOfWork
from services.federation.domain import message_stream
from services.federation.storage import asks, peer_messages, wakeup_topics


async def send_reply(work: UnitOfWork, peer: str, reply: AskReply) -> None:
    """Nothing for an ask that is over."""
    until = await asks.find_open_in(work, peer, reply.ask)
    if until is not None and await asks.add_reply(work, peer, reply, until, ours=True):
        await peer_messages.enqueue(work, peer, message_stream.ASK_REPLY, reply.payload(), until)
        work.wakes.add(wakeup_topics.ASKS)


async def take_back_sent_reply(work: UnitOfWork, peer: str, reply: AskReply) -> None:
    """Sending it again changes nothing."""
    if await asks.end_reply(work, peer, reply, ours=True):
        await peer_messages.enqueue(work, peer, message_stream.ASK_REPLY_ENDED, reply.payload())
        work.wakes.add(wakeup_topics.ASKS)


async def send_agreement(work: UnitOfWork, peer: str, reply: AskReply, reference: str) -> None:
    """Nothing for a reply that was taken back meanwhile."""
    if await asks.agree_reply(work, peer, reply, ours=False):
        await peer_messages.enqueue(work, peer, message_stream.ASK_AGREED, agreed_payload(reply, reference))
        work.wakes.add(wakeup_topics.ASKS)
