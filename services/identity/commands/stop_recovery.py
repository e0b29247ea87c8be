"""Stops every request to sign in as the caller, who is still signed in: it was somebody else."""

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent
from services.identity.commands.caller_session import require_caller_session
from services.identity.storage import events_out, persons, recovery_requests


async def stop_recovery(work: UnitOfWork) -> int:
    """Returns how many were open. Raises NotAllowed PERSON_NEEDED, NotSignedIn SESSION_ENDED."""
    person = await hats.require_person(work)
    # Finishing one waits: of the two the first counts.
    await persons.lock(work, person)
    await require_caller_session(work)
    stopped = await recovery_requests.close_all(work, person)
    if stopped:
        await events_out.recovery_stopped(work, person)
        work.report(SecurityEvent.RECOVERY_STOPPED, person=str(person), requests=str(stopped))
    return stopped
