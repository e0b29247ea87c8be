"""Ends what somebody has to do with asks between co-ops, who leaves or is erased: their asks and their replies."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from services.matching.storage import co_op_asks, events_out, received_asks


async def end_asks_now(work: UnitOfWork, person: UUID) -> None:
    for asked in await co_op_asks.list_not_ended(work, person):
        await co_op_asks.end(work, asked.id)
        await events_out.ask_withdrawn(work, asked.id)
    for reply in await received_asks.list_replies(work, person):
        await received_asks.drop_reply(work, reply.id)
        await events_out.ask_reply_taken_back(work, reply)
