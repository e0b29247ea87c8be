"""What federation received for asks of people here and for replies of members here. Each of it may come again, and then changes nothing."""

from libs.database.engine import UnitOfWork
from services.matching.domain.co_op_ask import AskCount, AskReply
from services.matching.storage import co_op_asks, events_out, links, received_asks


async def receive_count(work: UnitOfWork, co_op: str, ask: str, at_least: int) -> None:
    """A co-op that was asked says how many fit at least. Nothing for an ask that is over, or that went elsewhere."""
    found = await co_op_asks.find(work, ask, lock=True)
    if found is not None and co_op in found.co_ops and found.is_open(work.now):
        await co_op_asks.add_count(work, AskCount(ask, co_op, found.person, at_least))


async def receive_reply(work: UnitOfWork, co_op: str, ask: str, reply: str) -> None:
    """Somebody there would like to be put in touch: who asked is told. Nothing for an ask that is over, or that went elsewhere."""
    found = await co_op_asks.find(work, ask, lock=True)
    if found is None or co_op not in found.co_ops or not found.is_open(work.now):
        return
    if await co_op_asks.add_reply(work, AskReply(reply, ask, co_op, found.person, work.now)):
        await events_out.private_notice(work, "ask_replied", [found.person])


async def receive_agreement(work: UnitOfWork, co_op: str, ask: str, reply: str, reference: str) -> None:
    """Who asked there said yes to a reply from here: who replied and the Link are told. Nothing for a reply that was taken back."""
    agreed = await received_asks.agree(work, co_op, ask, reply, reference)
    if agreed is not None:
        await events_out.private_notice(work, "ask_agreed", [agreed.worker])
        await events_out.private_notice(work, "ask_link_told", await links.list_links(work))
