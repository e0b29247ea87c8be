"""Events of federation: what other co-ops answered to asks of ours, and how theirs go on."""

from kith.federation.facts.v1 import facts_pb2 as facts
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from services.matching.commands.receive_ask_news import receive_agreement, receive_count, receive_reply
from services.matching.storage import co_op_asks, received_asks


async def _on_counted(work: UnitOfWork, event: Event) -> None:
    message = facts.AskCounted.FromString(event.payload)
    await receive_count(work, message.peer, message.ask_id, message.at_least)


async def _on_ended(work: UnitOfWork, event: Event) -> None:
    message = facts.AskEnded.FromString(event.payload)
    await received_asks.drop(work, message.peer, message.ask_id)


async def _on_severed(work: UnitOfWork, event: Event) -> None:
    """What both sides agreed to, people are speaking of; nothing else of either side goes on."""
    peer = facts.PeerSevered.FromString(event.payload).peer
    await received_asks.drop_of_co_op(work, peer)
    await co_op_asks.drop_replies_of_co_op(work, peer)


async def _on_reply_received(work: UnitOfWork, event: Event) -> None:
    message = facts.AskReplyReceived.FromString(event.payload)
    await receive_reply(work, message.peer, message.ask_id, message.reply_id)


async def _on_reply_ended(work: UnitOfWork, event: Event) -> None:
    message = facts.AskReplyEnded.FromString(event.payload)
    await co_op_asks.drop_reply(work, message.peer, message.ask_id, message.reply_id)


async def _on_reply_agreed(work: UnitOfWork, event: Event) -> None:
    message = facts.AskReplyAgreed.FromString(event.payload)
    await receive_agreement(work, message.peer, message.ask_id, message.reply_id, message.reference)


REACTIONS = Reactions(
    "federation",
    {
        type_of(facts.AskCounted): _on_counted,
        type_of(facts.AskEnded): _on_ended,
        type_of(facts.PeerSevered): _on_severed,
        type_of(facts.AskReplyReceived): _on_reply_received,
        type_of(facts.AskReplyEnded): _on_reply_ended,
        type_of(facts.AskReplyAgreed): _on_reply_agreed,
    },
    (),
)
