"""A person asks other co-ops whether they have somebody who fits. No co-op learns who asks."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from libs.access import acting, held_credentials
from libs.asks.area import Area
from libs.asks.random_words import new_ask_id
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from services.matching.domain import co_op_ask
from services.matching.domain.co_op_ask import AskWords
from services.matching.domain.support_profile import SCOPE
from services.matching.storage import co_op_asks, events_out, projections


async def ask_other_co_ops(
    work: UnitOfWork, person: UUID, words: AskWords, co_ops: Sequence[str], *, districts: Mapping[str, Area]
) -> None:
    """Raises NotAllowed NOT_YOURS, ACTING_ENDED, ACTING_OUTSIDE_SCOPE or MEMBERS_ONLY, FailedPrecondition TOO_MANY_ASKS or ASKS_TODAY,
    Invalid for a field.
    """
    await acting.require_self_or_acting(work, person, SCOPE)
    rules = await projections.get_matching_rules(work)
    checked = co_op_ask.check_words(words, await held_credentials.get_rules(work), districts)
    new = co_op_ask.ask(new_ask_id(), person, checked, co_ops, work.now, rules.ask_days)
    # Locked: two asks of one person at once are one after the other. What all may ask in a day, other co-ops hold us to as well.
    if not await projections.is_member(work, person, lock=True):
        raise NotAllowed("MEMBERS_ONLY")
    async with all_rows(work):
        of_today = await co_op_asks.count_since(work, work.now - timedelta(days=1))
    co_op_ask.require_room(len(await co_op_asks.list_open(work, person)), of_today, rules)
    await co_op_asks.add(work, new)
    await events_out.other_co_ops_asked(work, new)
