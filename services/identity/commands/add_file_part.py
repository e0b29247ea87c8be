"""Adds the next part of a file. Only the person who began a file goes on with it."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork
from libs.files.store import FileStore, StoredFile
from libs.refusals import NotFound


async def add_file_part(work: UnitOfWork, file: UUID, offset: int, content: bytes, *, store: FileStore) -> int:
    """Returns how many bytes have arrived. Raises NotFound FILE_UNKNOWN, and as `FileStore.add_part`."""
    await require_uploader(work, file, store)
    return await store.add_part(work, file, offset, content)


async def require_uploader(work: UnitOfWork, file: UUID, store: FileStore) -> StoredFile:
    """The file, if the caller began it. Raises NotAllowed PERSON_NEEDED, NotFound FILE_UNKNOWN."""
    caller = await hats.require_person(work)
    found = await store.find(work, file)
    if found.uploaded_by != caller:
        raise NotFound("FILE_UNKNOWN")
    return found
