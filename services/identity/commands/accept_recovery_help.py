"""Agrees to vouch for a person who named the caller."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import FailedPrecondition, NotFound
from services.identity.commands.caller_session import require_caller_session, require_unhelped
from services.identity.domain.recovery import MOST_HELPED
from services.identity.storage import events_out, recovery_helpers


async def accept_recovery_help(work: UnitOfWork, person: UUID) -> None:
    """Accepting twice is accepting once.

    Raises NotFound HELP_UNKNOWN, FailedPrecondition HELPED_ENOUGH, NotSignedIn SESSION_ENDED, NotAllowed NOT_WHILE_HELPED.
    """
    helper = await hats.require_person(work)
    require_unhelped(work)
    await require_caller_session(work)
    await recovery_helpers.lock_naming(work, helper)
    entry = await recovery_helpers.find_locked(work, person, helper)
    if entry is None:
        raise NotFound("HELP_UNKNOWN")
    if entry.accepted_at is not None:
        return
    accepted = [other for other in await recovery_helpers.helped_by(work, helper) if other.accepted_at is not None]
    if len(accepted) >= MOST_HELPED:
        raise FailedPrecondition("HELPED_ENOUGH", at_most=str(MOST_HELPED))
    await recovery_helpers.accept(work, entry.id)
    await events_out.recovery_helper_accepted(work, person, helper)
