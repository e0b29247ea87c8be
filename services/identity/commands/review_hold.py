"""A secretary has looked at a hold, which is still needed: they say when to look again."""

from datetime import date
from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.identity.commands.caller_session import require_caller_session
from services.identity.domain.person_hold import parse_review_day
from services.identity.storage import events_out, person_holds


async def review_hold(work: UnitOfWork, today: date, hold_id: UUID, typed_day: str) -> None:
    """The secretaries are reminded on that day.

    Raises NotAllowed HAT_NEEDED, NotSignedIn SESSION_ENDED, NotFound HOLD_UNKNOWN, and what `parse_review_day` refuses.
    """
    await hats.require(work, hats.SECRETARY)
    await require_caller_session(work)
    review_on = parse_review_day(typed_day, today)
    hold = await person_holds.lock(work, hold_id)
    if hold is None:
        raise NotFound("HOLD_UNKNOWN")
    await events_out.hold_reviewed(work, await person_holds.set_review_day(work, hold, review_on))
