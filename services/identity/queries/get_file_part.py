"""A part of a file: one's own, or anybody's for a secretary, which is audited."""

from uuid import UUID

from libs.access import audit, hats
from libs.database.engine import UnitOfWork
from libs.files.store import FileStore, StoredFile


async def get_file_part(work: UnitOfWork, file: UUID, offset: int, *, store: FileStore) -> tuple[StoredFile, bytes]:
    """Raises NotAllowed HAT_NEEDED, NotFound FILE_UNKNOWN, Invalid FILE_OFFSET_WRONG."""
    caller = await hats.require_person(work)
    # Row-level security hides the files of others from everybody but a secretary.
    found = await store.find(work, file)
    if found.person != caller:
        await hats.require(work, hats.SECRETARY)
    part = await store.read_part(work, found, offset)
    await audit.record_read(work, found.purpose, "get", found.person)
    return found, part
