"""Corrects a person's name and contact details, on behalf of a secretary."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import Conflict, NotFound, invalid
from services.identity.commands.caller_session import require_recent_sign_in
from services.identity.domain.person_details import PersonInput, RejectedPerson, parse_details
from services.identity.domain.person_merge import require_in_use
from services.identity.storage import events_out, person_merges, persons


async def correct_person(work: UnitOfWork, person: UUID, row: PersonInput, version: int, *, country: str) -> None:
    """Raises NotAllowed HAT_NEEDED, NotSignedIn SIGN_IN_AGAIN, NotFound PERSON_UNKNOWN, Conflict VERSION_STALE, FailedPrecondition
    PERSON_MERGED, Invalid for a field or PERSON_KNOWN.
    """
    await hats.require(work, hats.SECRETARY)
    await require_recent_sign_in(work)
    details = parse_details(row, country)
    if isinstance(details, RejectedPerson):
        raise invalid(details.field, details.reason)
    others = await persons.find_by_identifying_keys(work, [details])
    current = await persons.lock_version(work, person)
    if current is None:
        raise NotFound("PERSON_UNKNOWN")
    if current != version:
        raise Conflict("VERSION_STALE", version=str(current))
    require_in_use(await person_merges.merged_into(work, person))
    if any(others.get(key, person) != person for key in details.identifying_keys):
        raise invalid("full_name", "PERSON_KNOWN")
    await persons.correct(work, person, details)
    await events_out.person_corrected(work, person)
