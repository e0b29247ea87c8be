"""Who asked says yes or no to being put in touch with somebody of another co-op who replied."""

from libs.access import acting
from libs.asks.random_words import new_reference
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.matching.domain import co_op_ask
from services.matching.domain.support_profile import SCOPE
from services.matching.storage import co_op_asks, events_out, links


async def answer_ask_reply(work: UnitOfWork, reply_id: str, *, yes: bool) -> str:
    """Returns the reference; empty after a no, which leaves nothing.

    Raises NotFound ASK_REPLY_UNKNOWN, for one to somebody else's ask too, and what `require_principal` raises.
    """
    principal = await acting.require_principal(work, SCOPE)
    reply = await co_op_asks.find_reply(work, reply_id)
    if reply is None or reply.person != principal:
        raise NotFound("ASK_REPLY_UNKNOWN")
    answered = co_op_ask.answer(reply, await co_op_asks.find(work, reply.ask), work.now, new_reference(), yes=yes)
    await co_op_asks.save_reply(work, answered)
    if answered.reference and not reply.reference:
        await events_out.ask_reply_accepted(work, answered)
        await events_out.private_notice(work, "ask_link_told", await links.list_links(work))
    return answered.reference
