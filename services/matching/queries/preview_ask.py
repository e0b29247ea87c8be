"""What would leave, for who asks to see before it does. Nothing leaves yet."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from libs.access import acting, held_credentials
from libs.asks.area import Area
from libs.database.engine import UnitOfWork
from services.matching.domain import co_op_ask
from services.matching.domain.co_op_ask import AskWords
from services.matching.domain.support_profile import SCOPE
from services.matching.storage import projections


async def preview_ask(work: UnitOfWork, person: UUID, words: AskWords, *, districts: Mapping[str, Area]) -> tuple[Area, datetime]:
    """The square in place of the district, and when the ask would end by itself.

    Raises NotAllowed PERSON_NEEDED, NOT_YOURS, ACTING_ENDED or ACTING_OUTSIDE_SCOPE, Invalid for a field.
    """
    await acting.require_self_or_acting(work, person, SCOPE)
    _, area = co_op_ask.check_words(words, await held_credentials.get_rules(work), districts)
    return area, co_op_ask.end_of(work.now, (await projections.get_matching_rules(work)).ask_days)
