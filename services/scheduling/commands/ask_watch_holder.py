"""A secretary asks somebody to hold the watch: they hold it once they have said yes."""

from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.engine import UnitOfWork
from services.scheduling.commands.tell import Notice, tell_of_watch
from services.scheduling.domain.watch_duty import ask
from services.scheduling.storage import watch_duties

_ANSWER_WITHIN = timedelta(days=28)


async def ask_watch_holder(work: UnitOfWork, holder: UUID, rank: int, first: date | None, last: date | None, *, zone: ZoneInfo) -> UUID:
    """Returns the id of the turn; who is asked is told. Raises NotAllowed HAT_NEEDED or PERSON_NEEDED, and what `ask` raises."""
    secretary = await hats.require_person(work, hats.SECRETARY)
    duty = ask(work.new_id(), holder, rank, zone, first, last, secretary, work.now)
    await watch_duties.add(work, duty)
    await tell_of_watch(work, Notice.WATCH_ASKED, duty.id, {holder}, min(duty.ends or work.now + _ANSWER_WITHIN, work.now + _ANSWER_WITHIN))
    return duty.id
