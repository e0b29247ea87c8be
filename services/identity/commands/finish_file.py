"""Puts a file that has been checked and made new in the place of what was handed in."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from libs.files.cleaning import CleanFile
from libs.files.store import FileStore, StoredFile
from services.identity.commands.add_file_part import require_uploader


async def received_file(work: UnitOfWork, file: UUID, store: FileStore) -> tuple[str, bytes]:
    """What the file is for, and all that was handed in. Raises NotFound, FailedPrecondition FILE_FINISHED or FILE_INCOMPLETE."""
    found = await require_uploader(work, file, store)
    return found.purpose, await store.received(work, file)


async def finish_file(work: UnitOfWork, file: UUID, cleaned: CleanFile, store: FileStore) -> StoredFile:
    """Raises NotFound, FailedPrecondition FILE_FINISHED."""
    await require_uploader(work, file, store)
    return await store.finish(work, file, cleaned)


async def forget_file(work: UnitOfWork, file: UUID, store: FileStore) -> None:
    """Deletes what will not do."""
    await require_uploader(work, file, store)
    await store.delete(work, file)
