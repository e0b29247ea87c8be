"""Opens a file about a person, whose parts follow."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.files.kinds import DOCUMENTS
from libs.files.store import FileStore
from libs.refusals import NotFound, invalid
from services.identity.domain.person_merge import require_in_use
from services.identity.storage import person_merges, persons

EVIDENCE = "evidence"
"""Shows a credential."""
ACCEPTED = {EVIDENCE: DOCUMENTS}
"""What files are for, and the kinds that each purpose takes."""


async def begin_file(work: UnitOfWork, person: UUID, purpose: str, size: int, *, store: FileStore) -> UUID:
    """Raises NotAllowed, Invalid PURPOSE_UNKNOWN, NotFound PERSON_UNKNOWN, FailedPrecondition PERSON_MERGED, and as `FileStore.begin`."""
    caller = await hats.require_person(work)
    if caller != person:
        await hats.require(work, hats.SECRETARY)
    if purpose not in ACCEPTED:
        raise invalid("purpose", "PURPOSE_UNKNOWN")
    if not await persons.lock(work, person):
        raise NotFound("PERSON_UNKNOWN")
    require_in_use(await person_merges.merged_into(work, person))
    return await store.begin(work, person, purpose, size, caller)
