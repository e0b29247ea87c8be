"""A member who fits another co-op's ask would like to be put in touch. Only that somebody would goes back."""

from zoneinfo import ZoneInfo

from libs.access import hats, held_credentials
from libs.asks.documents import MAX_REPLIES
from libs.asks.random_words import new_ask_id
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition, NotFound
from services.matching.domain.ask_fit import asks_that_fit
from services.matching.domain.co_op_ask import OwnReply
from services.matching.storage import events_out, open_offers, received_asks


async def reply_to_ask(work: UnitOfWork, co_op: str, ask_id: str, *, zone: ZoneInfo) -> str:
    """Returns the reply's id; the one there is, for who replied before.

    Raises NotAllowed PERSON_NEEDED, NotFound ASK_UNKNOWN, FailedPrecondition ASK_DOES_NOT_FIT or ENOUGH_REPLIED.
    """
    worker = await hats.require_person(work)
    asked = await received_asks.find(work, co_op, ask_id, lock=True)
    if asked is None or asked.until <= work.now:
        raise NotFound("ASK_UNKNOWN")
    for one in await received_asks.list_replies(work, worker):
        if (one.co_op, one.ask) == (co_op, ask_id):
            return one.id
    supporter = await open_offers.find_supporter(work, worker)
    rules, today = await held_credentials.get_rules(work), work.now.astimezone(zone).date()
    if supporter is None or not asks_that_fit(today, [asked], supporter, rules):
        raise FailedPrecondition("ASK_DOES_NOT_FIT")
    async with all_rows(work):
        replies = await received_asks.count_replies(work, asked)
    if replies >= MAX_REPLIES:
        raise FailedPrecondition("ENOUGH_REPLIED")
    reply = OwnReply(new_ask_id(), co_op, ask_id, worker, work.now, asked.until)
    await received_asks.add_reply(work, reply)
    await events_out.ask_replied(work, reply)
    return reply.id
