"""The file from which a secretary recounts a matching day in which they took no part, if everybody who did agreed to that."""

from uuid import UUID

from libs.access import audit, hats
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from libs.refusals import NotAllowed
from services.matching.domain.matching_day import recount_file
from services.matching.storage import day_entries, matching_days


async def get_matching_day_recount(work: UnitOfWork, day_id: UUID) -> str:
    """Audited for everybody in it: it has how all of them ranked.

    Raises NotAllowed HAT_NEEDED, PERSON_NEEDED or OWN_MATCHING_DAY, NotFound MATCHING_DAY_UNKNOWN, FailedPrecondition NO_RECOUNT.
    """
    secretary = await hats.require_person(work, hats.SECRETARY)
    day = await matching_days.get(work, day_id)
    async with all_rows(work):
        entries = await day_entries.list_of(work, day_id)
    if secretary in {entry.person for entry in entries}:
        raise NotAllowed("OWN_MATCHING_DAY")
    file = recount_file(day, entries)
    await audit.record_read(work, "support profile", "find", *{entry.person for entry in entries})
    return file
