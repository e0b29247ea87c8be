"""A member no longer wants to be put in touch: nothing of the reply stays, whether or not both sides had agreed."""

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.matching.storage import events_out, received_asks


async def take_back_reply(work: UnitOfWork, reply_id: str) -> None:
    """Raises NotAllowed PERSON_NEEDED, NotFound ASK_REPLY_UNKNOWN, for one that is not the caller's too."""
    worker = await hats.require_person(work)
    reply = await received_asks.find_reply(work, reply_id)
    if reply is None or reply.worker != worker:
        raise NotFound("ASK_REPLY_UNKNOWN")
    await received_asks.drop_reply(work, reply.id)
    await events_out.ask_reply_taken_back(work, reply)
