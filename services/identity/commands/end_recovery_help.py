"""Ends that somebody may vouch for a person: either of the two may."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed, NotFound
from services.identity.commands.caller_session import require_caller_session, require_unhelped
from services.identity.storage import events_out, recovery_helpers


async def end_recovery_help(work: UnitOfWork, person: UUID, helper: UUID) -> None:
    """What the helper confirmed so far does not count any more. Raises NotAllowed NOT_YOURS or NOT_WHILE_HELPED, NotFound HELP_UNKNOWN."""
    caller = await hats.require_person(work)
    require_unhelped(work)
    if caller not in {person, helper}:
        raise NotAllowed("NOT_YOURS")
    await require_caller_session(work)
    entry = await recovery_helpers.find_locked(work, person, helper)
    if entry is None:
        raise NotFound("HELP_UNKNOWN")
    why = "removed" if caller == person else "declined"
    await recovery_helpers.end(work, entry.id, why)
    await events_out.recovery_help_ended(work, person, helper, why)
