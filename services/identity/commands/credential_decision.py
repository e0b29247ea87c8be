"""What every decision on a credential begins with: a secretary, and the credential as that secretary saw it."""

from uuid import UUID
from zoneinfo import ZoneInfo

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.refusals import Conflict, NotFound
from services.identity.domain.credential import Credential, Decision
from services.identity.domain.person_merge import require_in_use
from services.identity.storage import credentials, person_merges, persons


async def load_for_decision(work: UnitOfWork, credential_id: UUID, version: int, zone: ZoneInfo) -> tuple[Credential, Decision]:
    """Locks the person and the credential.

    Raises NotAllowed HAT_NEEDED or PERSON_NEEDED, NotFound CREDENTIAL_UNKNOWN, FailedPrecondition PERSON_MERGED, Conflict VERSION_STALE.
    """
    secretary = await hats.require_person(work, hats.SECRETARY)
    person = await credentials.find_person(work, credential_id)
    if person is None or not await persons.lock(work, person):
        raise NotFound("CREDENTIAL_UNKNOWN")
    # The job that moves it to the entry in use has not come by yet: until then nobody could tell that somebody decides on their own.
    require_in_use(await person_merges.merged_into(work, person))
    credential = await credentials.lock(work, credential_id)
    if credential is None:
        raise NotFound("CREDENTIAL_UNKNOWN")
    if credential.version != version:
        raise Conflict("VERSION_STALE", version=str(credential.version))
    return credential, Decision(secretary, work.now, work.now.astimezone(zone).date())
