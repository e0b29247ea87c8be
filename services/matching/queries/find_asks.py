"""What other co-ops ask that a member fits, and their own replies. Nothing says who asks; nobody else learns who fits."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from libs.access import hats, held_credentials
from libs.database.engine import UnitOfWork
from libs.great_circle import distance_km
from libs.places import MICRO, Place
from services.matching.domain.ask_fit import asks_that_fit
from services.matching.domain.co_op_ask import OwnReply, ReceivedAsk
from services.matching.domain.suggestion_question import within_km
from services.matching.storage import open_offers, received_asks

_SHOWN = 60


@dataclass(frozen=True)
class AsksForMe:
    """Asks with the whole kilometres from the member's own place to the middle of each square."""

    asks: Sequence[tuple[ReceivedAsk, int]]
    replies: Sequence[OwnReply]
    has_offer: bool


async def find_asks(work: UnitOfWork, *, zone: ZoneInfo) -> AsksForMe:
    """Raises NotAllowed PERSON_NEEDED."""
    worker = await hats.require_person(work)
    replies = await received_asks.list_replies(work, worker)
    supporter = await open_offers.find_supporter(work, worker)
    if supporter is None or supporter.offer is None:
        return AsksForMe((), replies, has_offer=False)
    replied = {(one.co_op, one.ask) for one in replies}
    waiting = [asked for asked in await received_asks.list_open(work) if (asked.co_op, asked.id) not in replied]
    rules, today = await held_credentials.get_rules(work), work.now.astimezone(zone).date()
    # More than some milliseconds for many asks: other calls go on meanwhile.
    fitting = await asyncio.to_thread(asks_that_fit, today, waiting, supporter, rules)
    home = supporter.offer.place
    return AsksForMe([(asked, _away_km(home, asked.wanted.place)) for asked in fitting[:_SHOWN]], replies, has_offer=True)


def _away_km(home: Place | None, middle: Place | None) -> int:
    if home is None or middle is None:
        return 0
    points = ((place.latitude / MICRO, place.longitude / MICRO) for place in (home, middle))
    return within_km(distance_km(*points))
