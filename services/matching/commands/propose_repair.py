"""One of the two, or who is beside them, writes down what both could agree on, and when they look back on it."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import acting
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from libs.texts.words import check_words
from services.matching.commands.concern_steps import save_step
from services.matching.domain import concern as rules
from services.matching.domain.support_profile import SCOPE
from services.matching.storage import concerns, events_out


async def propose_repair(work: UnitOfWork, concern_id: UUID, typed: str, look_back_on: date | None, *, zone: ZoneInfo) -> None:
    """Raises NotFound CONCERN_UNKNOWN, Invalid WORDS_TOO_LONG, what `rules.propose_repair` raises, NotAllowed PERSON_NEEDED, NOT_YOURS,
    ACTING_ENDED or ACTING_OUTSIDE_SCOPE.
    """
    by, concern = await acting.require_principal(work, SCOPE), await concerns.get(work, concern_id)
    if by not in concern.two and not (by == concern.facilitator and concern.facilitates_since):
        raise NotAllowed("NOT_YOURS")
    words = check_words("words", typed, rules.MAX_WORDS)
    proposed = rules.propose_repair(concern, by, words, look_back_on, work.now.astimezone(zone).date())
    await save_step(work, concern, proposed)
    await events_out.concern_notice(work, "concern_waiting", [one for one in proposed.two if one != by])
