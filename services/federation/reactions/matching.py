"""Events of matching about asks: what people here ask other co-ops, and what they say to replies. No event says who they are."""

from kith.matching.facts.v1 import facts_pb2 as facts
from libs.asks.area import Area
from libs.asks.documents import Ask, AskReply, read_ask
from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from services.federation.commands.send_ask import send_ask, withdraw_sent_ask
from services.federation.commands.send_ask_replies import send_agreement, send_reply, take_back_sent_reply


async def _on_asked(work: UnitOfWork, event: Event) -> None:
    message = facts.OtherCoOpsAsked.FromString(event.payload)
    area = Area(message.north, message.east)
    words = tuple(message.skills), tuple(message.languages), tuple(message.blocks)
    # Read as any peer reads it: what is outside the closed lists does not leave, however it got here.
    ask = read_ask(Ask(message.ask_id, *words, area, message.until.seconds).payload())
    await send_ask(work, ask, message.co_ops)


async def _on_withdrawn(work: UnitOfWork, event: Event) -> None:
    await withdraw_sent_ask(work, facts.AskWithdrawn.FromString(event.payload).ask_id)


async def _on_replied(work: UnitOfWork, event: Event) -> None:
    message = facts.AskReplied.FromString(event.payload)
    await send_reply(work, message.co_op, AskReply(message.ask_id, message.reply_id))


async def _on_taken_back(work: UnitOfWork, event: Event) -> None:
    message = facts.AskReplyTakenBack.FromString(event.payload)
    await take_back_sent_reply(work, message.co_op, AskReply(message.ask_id, message.reply_id))


async def _on_accepted(work: UnitOfWork, event: Event) -> None:
    message = facts.AskReplyAccepted.FromString(event.payload)
    await send_agreement(work, message.co_op, AskReply(message.ask_id, message.reply_id), message.reference)


REACTIONS = Reactions(
    "matching",
    {
        type_of(facts.OtherCoOpsAsked): _on_asked,
        type_of(facts.AskWithdrawn): _on_withdrawn,
        type_of(facts.AskReplied): _on_replied,
        type_of(facts.AskReplyTakenBack): _on_taken_back,
        type_of(facts.AskReplyAccepted): _on_accepted,
    },
    (),
)
