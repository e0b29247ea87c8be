"""What a draft was made of, for a scrutineer, who can make the same plan again. It has no names: numbers stand for everybody."""

from uuid import UUID

from libs.access import audit, hats
from libs.database.all_rows import all_rows
from libs.database.engine import UnitOfWork
from libs.refusals import NotFound
from services.scheduling.storage import draft_records, week_drafts


async def get_draft_record(work: UnitOfWork, draft_id: UUID) -> str:
    """Everybody in it sees who looked. Raises NotAllowed PERSON_NEEDED or HAT_NEEDED, NotFound WEEK_DRAFT_UNKNOWN."""
    await hats.require_person(work, hats.SCRUTINEER)
    async with all_rows(work):
        record = await draft_records.find(work, draft_id)
        workers = (await draft_records.list_workers(work, draft_id)).values()
        persons = {visit.person for visit in await week_drafts.list_visits(work, draft_id)}
    if record is None:
        raise NotFound("WEEK_DRAFT_UNKNOWN")
    await audit.record_read(work, "week draft", "check", *sorted({*workers, *persons}))
    return record
