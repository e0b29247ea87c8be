"""Whom of our people to put in touch with somebody of another co-op, for the Link: both sides have agreed, and neither co-op told who."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.access import audit
from libs.database.engine import UnitOfWork
from services.matching.domain.co_op_ask import AskReply, OwnReply
from services.matching.storage import co_op_asks, links, received_asks

_SHOWN = 200


@dataclass(frozen=True)
class AgreedReply:
    """`person` is ours: who asked, if `has_asked`, and otherwise who replied."""

    reference: str
    co_op: str
    person: UUID
    has_asked: bool
    agreed_at: datetime


async def get_agreed_replies(work: UnitOfWork) -> list[AgreedReply]:
    """Newest first. Raises NotAllowed HAT_NEEDED or PERSON_NEEDED."""
    await links.require_link(work)
    asked, replied = await co_op_asks.list_agreed(work), await received_asks.list_agreed(work)
    found = [_agreed(one, one.person, one.agreed_at, has_asked=True) for one in asked if one.agreed_at is not None]
    found += [_agreed(one, one.worker, one.agreed_at, has_asked=False) for one in replied if one.agreed_at is not None]
    newest = sorted(found, key=lambda one: (one.agreed_at, one.reference), reverse=True)[:_SHOWN]
    await audit.record_read(work, "co op ask", "list", *dict.fromkeys(one.person for one in newest))
    return newest


def _agreed(reply: AskReply | OwnReply, person: UUID, agreed_at: datetime, *, has_asked: bool) -> AgreedReply:
    return AgreedReply(reply.reference, reply.co_op, person, has_asked, agreed_at)
