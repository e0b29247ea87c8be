"""Somebody who was told says that it is sorted, and how: the person and the worker read it, and those who were told hear of it."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from libs.refusals import invalid
from libs.texts.words import check_words
from services.scheduling.commands.settle_alerts import tell_answered
from services.scheduling.commands.watch_access import require_alert
from services.scheduling.domain.visit_record import MAX_WORDS
from services.scheduling.domain.watch import Statement, sort
from services.scheduling.storage import watch_alerts


async def sort_alert(work: UnitOfWork, alert_id: UUID, words: str) -> None:
    """Raises what `require_alert` raises, Invalid SORTED_WORDS_MISSING or WORDS_TOO_LONG, FailedPrecondition ALERT_OVER."""
    alert, caller = await require_alert(work, alert_id)
    account = check_words("words", words, MAX_WORDS)
    if not account:
        raise invalid("words", "SORTED_WORDS_MISSING")
    change = sort(alert, Statement(work.new_id(), caller, work.now), account)
    await tell_answered(work, alert)
    await watch_alerts.save(work, change)
