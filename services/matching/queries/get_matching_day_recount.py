"""The file from which a secretary recounts a matching day, if everybody who took part agreed to that."""

from uuid import UUID

from libs.access import audit, hats
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from services.matching.domain.matching_day import recount_file
from services.matching.storage import day_entries, matching_days


async def get_matching_day_recount(work: UnitOfWork, day_id: UUID) -> str:
    """Audited for everybody in it. Raises NotAllowed HAT_NEEDED, NotFound MATCHING_DAY_UNKNOWN, FailedPrecondition NO_RECOUNT."""
    await hats.require(work, hats.SECRETARY)
    day = await matching_days.get(work, day_id)
    async with all_rows(work):
        entries = await day_entries.list_of(work, day_id)
    file = recount_file(day, entries)
    await audit.record_read(work, "support profile", "find", *{entry.person for entry in entries})
    return file
