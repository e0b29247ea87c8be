"""A person's own asks to other co-ops, and what came back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from libs.access import acting
from libs.database.engine import UnitOfWork
from services.matching.domain.co_op_ask import AskCount, AskReply, CoOpAsk
from services.matching.domain.support_profile import SCOPE
from services.matching.storage import co_op_asks


@dataclass(frozen=True)
class OwnAsk:
    """One ask, and what came back."""

    ask: CoOpAsk
    is_open: bool
    counts: Sequence[AskCount]
    replies: Sequence[AskReply]


async def get_asks(work: UnitOfWork, person: UUID) -> list[OwnAsk]:
    """Those that are open or have an agreed reply, newest first.

    Raises NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    await acting.require_self_or_acting(work, person, SCOPE)
    asks = await co_op_asks.list_shown(work, person)
    ids = [asked.id for asked in asks]
    counts, replies = await co_op_asks.list_counts(work, ids), await co_op_asks.list_replies(work, ids)
    return [_own(work.now, asked, counts, replies) for asked in asks]


def _own(now: datetime, asked: CoOpAsk, counts: Sequence[AskCount], replies: Sequence[AskReply]) -> OwnAsk:
    is_open = asked.is_open(now)
    return OwnAsk(
        asked,
        is_open,
        [count for count in counts if count.ask == asked.id],
        # Once an ask is over, a reply can be agreed to no longer.
        [reply for reply in replies if reply.ask == asked.id and (is_open or reply.reference)],
    )
