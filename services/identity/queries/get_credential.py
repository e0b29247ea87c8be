"""One credential: the caller's own, or anybody's for a secretary, which is audited."""

from uuid import UUID

from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from libs.sealing import PersonSealer
from services.identity.storage import credentials


async def get_credential(work: UnitOfWork, credential_id: UUID, *, sealer: PersonSealer) -> credentials.CredentialRecord:
    """Raises NotAllowed PERSON_NEEDED or HAT_NEEDED, NotFound CREDENTIAL_UNKNOWN."""
    caller = await hats.require_person(work)
    record = await credentials.get(work, credential_id, sealer)
    if record is None:
        raise NotFound("CREDENTIAL_UNKNOWN")
    if record.credential.person != caller:
        await hats.require(work, hats.SECRETARY)
    await audit.record_read(work, "credential", "get", record.credential.person)
    return record
