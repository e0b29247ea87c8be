"""Confirms that it is the person who asks to sign in again: the caller, a helper of theirs, heard the number from them."""

from dataclasses import dataclass
from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent
from libs.refusals import NotFound, TooMany
from services.identity.commands.caller_session import require_caller_session, require_unhelped
from services.identity.commands.request_recovery import number_mark
from services.identity.domain import recovery
from services.identity.domain.keyed_hasher import KeyedHasher
from services.identity.domain.password_attempts import Failures
from services.identity.storage import events_out, recovery_helpers, recovery_requests


@dataclass(frozen=True)
class SpokenNumber:
    """The number that the person said, typed by a helper."""

    person: UUID
    digits: str


async def vouch_for_recovery(work: UnitOfWork, spoken: SpokenNumber, keyed_hasher: KeyedHasher) -> bool:
    """Whether the number is that of an open request; a wrong one is counted, so this must be committed either way.

    Raises NotFound HELP_UNKNOWN, TooMany SPOKEN_NUMBER_TOO_OFTEN, NotSignedIn SESSION_ENDED, NotAllowed NOT_WHILE_HELPED.
    """
    helper = await hats.require_person(work)
    require_unhelped(work)
    await require_caller_session(work)
    entry = await recovery_helpers.find_locked(work, spoken.person, helper)
    if entry is None or entry.accepted_at is None:
        raise NotFound("HELP_UNKNOWN")
    wait = recovery.wait_to_vouch(entry.wrong, work.now)
    if wait.total_seconds() > 0:
        raise TooMany("SPOKEN_NUMBER_TOO_OFTEN", seconds=str(int(wait.total_seconds()) + 1))
    mark = number_mark(str(spoken.person), spoken.digits, keyed_hasher)
    request = await recovery_requests.find_by_number(work, spoken.person, mark)
    if request is None:
        await recovery_helpers.count_wrong_number(work, entry.id, _next_count(entry.wrong, work))
        work.report(SecurityEvent.RECOVERY_NUMBER_WRONG, person=str(spoken.person))
        return False
    if await recovery_requests.vouch(work, request.id, entry.id):
        await events_out.recovery_vouched(work, spoken.person, helper)
        work.report(SecurityEvent.RECOVERY_VOUCHED, person=str(spoken.person))
    return True


def _next_count(wrong: Failures, work: UnitOfWork) -> int:
    recent = wrong.last is not None and work.now - wrong.last < recovery.WINDOW
    return wrong.count + 1 if recent else 1
