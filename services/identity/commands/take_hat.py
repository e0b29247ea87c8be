"""Takes a hat back from a person. The last secretary's hat stays: nobody could give it again."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent
from libs.refusals import FailedPrecondition, NotFound, invalid
from services.identity.commands.caller_session import require_caller_session
from services.identity.storage import events_out, worn_hats


async def take_hat(work: UnitOfWork, person: UUID, hat: str) -> None:
    """Raises Invalid HAT_UNKNOWN, NotFound HAT_NOT_WORN, FailedPrecondition LAST_SECRETARY, NotAllowed HAT_NEEDED."""
    await hats.require(work, hats.SECRETARY)
    await require_caller_session(work)
    if hat not in hats.HATS:
        raise invalid("hat", "HAT_UNKNOWN")
    wearers = await worn_hats.lock_wearers(work, hat)
    if person not in wearers:
        raise NotFound("HAT_NOT_WORN", hat=hat)
    if hat == hats.SECRETARY and wearers == [person]:
        raise FailedPrecondition("LAST_SECRETARY")
    await hats.revoke(work, person, hat)
    await events_out.hat_taken(work, person, hat)
    work.report(SecurityEvent.HAT_TAKEN, person=str(person), changed=hat)
