"""Gives a person a hat: an office of the co-op."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.observe.security_events import SecurityEvent
from libs.refusals import AlreadyExists, NotFound, invalid
from services.identity.commands.caller_session import require_recent_sign_in
from services.identity.commands.founder_rights import require_secretary_or_founder
from services.identity.domain.person_merge import require_in_use
from services.identity.storage import events_out, person_merges, persons, worn_hats


async def give_hat(work: UnitOfWork, person: UUID, hat: str) -> None:
    """Needs a sign-in of the last 30 minutes: a hat outlasts the browser in which somebody was found signed in.

    Raises Invalid HAT_UNKNOWN, NotFound PERSON_UNKNOWN, AlreadyExists HAT_WORN, FailedPrecondition PERSON_MERGED, NotAllowed, NotSignedIn
    SIGN_IN_AGAIN.
    """
    await require_secretary_or_founder(work)
    await require_recent_sign_in(work)
    if hat not in hats.HATS:
        raise invalid("hat", "HAT_UNKNOWN")
    if not await persons.lock(work, person):
        raise NotFound("PERSON_UNKNOWN")
    require_in_use(await person_merges.merged_into(work, person))
    if person in await worn_hats.lock_wearers(work, hat):
        raise AlreadyExists("HAT_WORN", hat=hat)
    await hats.give(work, person, hat)
    await events_out.hat_given(work, person, hat)
    work.report(SecurityEvent.HAT_GIVEN, person=str(person), changed=hat)
