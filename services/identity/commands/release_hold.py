"""A secretary ends a hold: from now on the person may be erased, and their records are disposed of in their time."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent
from libs.refusals import NotFound
from services.identity.commands.caller_session import require_caller_session
from services.identity.storage import events_out, person_holds


async def release_hold(work: UnitOfWork, hold_id: UUID) -> None:
    """Raises NotAllowed HAT_NEEDED, NotSignedIn SESSION_ENDED, NotFound HOLD_UNKNOWN."""
    await hats.require(work, hats.SECRETARY)
    await require_caller_session(work)
    hold = await person_holds.lock(work, hold_id)
    if hold is None:
        raise NotFound("HOLD_UNKNOWN")
    await person_holds.release(work, hold)
    await events_out.hold_released(work, hold)
    work.report(SecurityEvent.PERSON_RELEASED, person=str(hold.person), changed=hold.kind.value)
