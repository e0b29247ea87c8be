"""Another co-op asks: it is told how many of our people would fit, in steps (`libs/asks/counts.py`), and those who fit may reply."""

import asyncio
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from libs.access import held_credentials
from libs.asks import counts
from libs.asks.documents import Ask
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from services.matching.domain.ask_fit import who_fits
from services.matching.domain.co_op_ask import TOLD_FOR, ReceivedAsk, wanted_of
from services.matching.domain.suggestion_question import Supporter
from services.matching.storage import projections, received_asks, support_profiles


async def take_ask(work: UnitOfWork, co_op: str, ask: Ask, *, zone: ZoneInfo, lot_key: bytes) -> int:
    """Returns what the co-op is told, 0 for none or a few: the same for one ask for ever, and for one question as long as that is kept.

    With `lot_key` the lot is drawn that blurs it.
    """
    known = await received_asks.find(work, co_op, ask.id)
    if known is not None:
        return known.at_least
    at_least = await received_asks.find_told(work, ask.question, work.now - TOLD_FOR)
    if at_least is None:
        least = (await projections.get_matching_rules(work)).ask_least
        fitting = await _who_fits(work, ask, zone)
        at_least = counts.told(len(fitting), least, counts.lot(lot_key, fitting))
        await received_asks.tell(work, ask.question, at_least)
    until = datetime.fromtimestamp(ask.until, UTC)
    area = ask.area
    asked = ReceivedAsk(co_op, ask.id, ask.skills, ask.languages, ask.blocks, area.north, area.east, until, at_least)
    await received_asks.add(work, asked)
    return at_least


async def _who_fits(work: UnitOfWork, ask: Ask, zone: ZoneInfo) -> frozenset[str]:
    """Members with an open offer, by the conditions of every suggestion."""
    async with all_rows(work):
        offers = await support_profiles.list_open(work)
        held = await held_credentials.list_of_many(work, list(offers))
    supporters = {str(one): Supporter(offer, held.get(one, ())) for one, offer in offers.items()}
    rules = await held_credentials.get_rules(work)
    # More than some milliseconds among many offers: other calls go on meanwhile.
    return await asyncio.to_thread(who_fits, work.now.astimezone(zone).date(), wanted_of(ask), supporters, rules)
