"""Stores files in chunks, each sealed with the key of the person they are about. Who may do what with a file, the service decides."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, func, insert, select, update

from libs.database.columns import NOW
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper
from libs.files.cleaning import CleanFile
from libs.files.file_tables import file_chunk, stored_file
from libs.files.kinds import LARGEST_FILE
from libs.refusals import Conflict, FailedPrecondition, NotFound, TooMany, invalid
from libs.sealing import PersonCipher, PersonSealer, SealBrokenError

CHUNK_BYTES = 256 * 1024
LARGEST_PART = 4 * CHUNK_BYTES
"""Of one message, up and down: well below the largest message of the server (`libs/rpc/server.py`)."""
_PART = "part {number}"
"""The place of a chunk as it was handed in."""
MAX_FILES = 100
"""About one person."""
MAX_UNFINISHED = 5
"""Of one uploader."""


class FileState(StrEnum):
    """Whether all of a file is here."""

    RECEIVING = "receiving"
    READY = "ready"


@dataclass(frozen=True)
class StoredFile:
    """A file, without its content. `media_type`, `size` and `sha256` (of the stored file, unsealed) are known once it is ready."""

    id: UUID
    person: UUID
    purpose: str
    uploaded_by: UUID
    state: FileState
    declared_size: int
    received_size: int
    media_type: str
    size: int
    sha256: bytes | None
    begun_at: datetime

    @property
    def chunks(self) -> int:
        return chunks_of(self.size)


_to_file = row_mapper(StoredFile)
_file, _chunk = stored_file.c, file_chunk.c
_FIND = select(stored_file).where(_file.id == bindparam("file"))
_LOCK = _FIND.with_for_update()
_COUNT = select(func.count().label("files")).where(_file.person == bindparam("person"))
_COUNT_UNFINISHED = select(func.count().label("files")).where(
    _file.uploaded_by == bindparam("uploaded_by"), _file.state == FileState.RECEIVING.value
)
_ADD = insert(stored_file)
_ADD_CHUNKS = insert(file_chunk)
_RECEIVED = update(stored_file).where(_file.id == bindparam("of")).values(received_size=bindparam("received"))
_FINISH = (
    update(stored_file)
    .where(_file.id == bindparam("of"))
    .values(
        state=FileState.READY.value,
        media_type=bindparam("kind"),
        size=bindparam("bytes"),
        sha256=bindparam("hash"),
        finished_at=NOW,
    )
)
_CHUNKS = (
    select(_chunk.number, _chunk.sealed)
    .where(_chunk.file == bindparam("file"), _chunk.number >= bindparam("first"), _chunk.number < bindparam("end"))
    .order_by(_chunk.number)
)
_DROP_CHUNKS = delete(file_chunk).where(_chunk.file == bindparam("of"))
_OF_PERSON = select(stored_file).where(_file.person == bindparam("of")).order_by(_file.id).with_for_update()
_MOVE = update(stored_file).where(_file.id == bindparam("moved")).values(person=bindparam("kept"))
_ALL_CHUNKS = select(_chunk.number).where(_chunk.file == bindparam("file")).order_by(_chunk.number)
_SEAL_ANEW = update(file_chunk).where(_chunk.file == bindparam("of"), _chunk.number == bindparam("at")).values(sealed=bindparam("anew"))
_DELETE = delete(stored_file).where(_file.id == bindparam("of"))
_DELETE_UNFINISHED = delete(stored_file).where(_file.state == FileState.RECEIVING.value, _file.begun_at < bindparam("before"))


def chunks_of(size: int) -> int:
    """How many chunks a file of so many bytes has."""
    return -(-size // CHUNK_BYTES)


class FileStore:
    """The files of one service's database."""

    def __init__(self, sealer: PersonSealer) -> None:
        self._sealer = sealer

    async def begin(self, work: UnitOfWork, person: UUID, purpose: str, size: int, uploaded_by: UUID) -> UUID:
        """Opens a file about `person` of `size` bytes. Raises Invalid FILE_EMPTY or FILE_TOO_BIG, TooMany FILES_TOO_MANY."""
        if size < 1:
            raise invalid("size", "FILE_EMPTY")
        if size > LARGEST_FILE:
            raise invalid("size", "FILE_TOO_BIG", at_most=str(LARGEST_FILE))
        kept = (await work.connection.execute(_COUNT, {"person": person})).scalar_one()
        unfinished = (await work.connection.execute(_COUNT_UNFINISHED, {"uploaded_by": uploaded_by})).scalar_one()
        if kept >= MAX_FILES or unfinished >= MAX_UNFINISHED:
            raise TooMany("FILES_TOO_MANY")
        file = StoredFile(work.new_id(), person, purpose, uploaded_by, FileState.RECEIVING, size, 0, "", 0, None, work.now)
        values = {name: getattr(file, name) for name in StoredFile.__dataclass_fields__} | {"state": file.state.value}
        await work.connection.execute(_ADD, values)
        return file.id

    async def find(self, work: UnitOfWork, file: UUID) -> StoredFile:
        """Raises NotFound FILE_UNKNOWN."""
        return self._known((await work.connection.execute(_FIND, {"file": file})).first())

    async def add_part(self, work: UnitOfWork, file: UUID, offset: int, content: bytes) -> int:
        """Adds the next bytes; returns how many have arrived. All parts but the last are whole chunks.

        Raises NotFound, FailedPrecondition FILE_FINISHED, Conflict FILE_OFFSET_WRONG with the `offset` expected, Invalid FILE_PART_WRONG.
        """
        receiving = await self._lock_receiving(work, file)
        if offset != receiving.received_size:
            raise Conflict("FILE_OFFSET_WRONG", offset=str(receiving.received_size))
        received = offset + len(content)
        is_whole = len(content) % CHUNK_BYTES == 0 or received == receiving.declared_size
        if not content or len(content) > LARGEST_PART or received > receiving.declared_size or not is_whole:
            raise invalid("content", "FILE_PART_WRONG")
        await self._add_chunks(work, receiving, content, offset // CHUNK_BYTES, _PART)
        await work.connection.execute(_RECEIVED, {"of": file, "received": received})
        return received

    async def received(self, work: UnitOfWork, file: UUID) -> bytes:
        """All that was handed in. Raises NotFound, FailedPrecondition FILE_FINISHED or FILE_INCOMPLETE."""
        receiving = await self._lock_receiving(work, file)
        if receiving.received_size != receiving.declared_size:
            raise FailedPrecondition("FILE_INCOMPLETE", offset=str(receiving.received_size))
        return b"".join([chunk async for chunk in self._open(work, receiving, 0, chunks_of(receiving.declared_size), _PART)])

    async def finish(self, work: UnitOfWork, file: UUID, cleaned: CleanFile) -> StoredFile:
        """Puts the cleaned file in the place of what was handed in. Raises as `received`."""
        receiving = await self._lock_receiving(work, file)
        await work.connection.execute(_DROP_CHUNKS, {"of": file})
        count = chunks_of(len(cleaned.content))
        await self._add_chunks(work, receiving, cleaned.content, 0, _place(count))
        digest = (await asyncio.to_thread(hashlib.sha256, cleaned.content)).digest()
        values = {"of": file, "kind": cleaned.kind.value, "bytes": len(cleaned.content), "hash": digest, "now": work.now}
        await work.connection.execute(_FINISH, values)
        return await self.find(work, file)

    async def read(self, work: UnitOfWork, file: StoredFile, offset: int = 0) -> AsyncIterator[bytes]:
        """The file from a multiple of CHUNK_BYTES on, chunk by chunk. Raises SealBrokenError for a file that was altered or cut,
        and NotFound FILE_UNKNOWN for one that is not ready or whose person was erased.
        """
        if file.state is not FileState.READY:
            raise NotFound("FILE_UNKNOWN")
        async for chunk in self._open(work, file, offset // CHUNK_BYTES, file.chunks, _place(file.chunks)):
            yield chunk

    async def read_part(self, work: UnitOfWork, file: StoredFile, offset: int) -> bytes:
        """Up to LARGEST_PART bytes; empty behind the end. Raises Invalid FILE_OFFSET_WRONG, and as `read`."""
        if offset < 0 or offset % CHUNK_BYTES:
            raise invalid("offset", "FILE_OFFSET_WRONG", offset="0")
        part = bytearray()
        async for chunk in self.read(work, file, offset):
            part += chunk
            if len(part) >= LARGEST_PART:
                break
        return bytes(part)

    async def move_all(self, work: UnitOfWork, other: UUID, kept: UUID) -> None:
        """Makes the files about one entry of a person those of another, chunk by chunk sealed anew. Raises SealBrokenError.

        Locks the files, so that no part is added meanwhile that is sealed with the other key.
        """
        for row in (await work.connection.execute(_OF_PERSON, {"of": other})).all():
            file = _to_file(row)
            place = _place(file.chunks) if file.state is FileState.READY else _PART
            for number in (await work.connection.execute(_ALL_CHUNKS, {"file": file.id})).scalars().all():
                [chunk] = (await work.connection.execute(_CHUNKS, {"file": file.id, "first": number, "end": number + 1})).all()
                anew = await self._sealer.seal_anew(work, other, kept, bytes(chunk.sealed), _at(file, place, number))
                await work.connection.execute(_SEAL_ANEW, {"of": file.id, "at": number, "anew": anew})
            await work.connection.execute(_MOVE, {"moved": file.id, "kept": kept})

    async def delete(self, work: UnitOfWork, file: UUID) -> None:
        await work.connection.execute(_DELETE, {"of": file})

    async def _lock_receiving(self, work: UnitOfWork, file: UUID) -> StoredFile:
        receiving = self._known((await work.connection.execute(_LOCK, {"file": file})).first())
        if receiving.state is not FileState.RECEIVING:
            raise FailedPrecondition("FILE_FINISHED")
        return receiving

    async def _add_chunks(self, work: UnitOfWork, file: StoredFile, content: bytes, first: int, place: str) -> None:
        pieces = [content[at : at + CHUNK_BYTES] for at in range(0, len(content), CHUNK_BYTES)]
        rows = [
            {"file": file.id, "number": number, "sealed": await self._sealer.seal(work, file.person, piece, _at(file, place, number))}
            for number, piece in enumerate(pieces, first)
        ]
        await work.connection.execute(_ADD_CHUNKS, rows)

    async def _open(self, work: UnitOfWork, file: StoredFile, first: int, end: int, place: str) -> AsyncIterator[bytes]:
        cipher = (await self._sealer.ciphers(work, [file.person])).get(file.person)
        if cipher is None:
            raise NotFound("FILE_UNKNOWN")
        # One after the other, so that a large file is never whole in memory.
        for number in range(first, end):
            yield await _open_chunk(work, cipher, file, number, place)

    @staticmethod
    def _known(row: Row[Any] | None) -> StoredFile:
        if row is None:
            raise NotFound("FILE_UNKNOWN")
        return _to_file(row)


async def _open_chunk(work: UnitOfWork, cipher: PersonCipher, file: StoredFile, number: int, place: str) -> bytes:
    row = (await work.connection.execute(_CHUNKS, {"file": file.id, "first": number, "end": number + 1})).first()
    if row is None:
        raise SealBrokenError
    return cipher.open(bytes(row.sealed), _at(file, place, number))


def _place(count: int) -> str:
    return f"chunk {{number}} of {count}"


def _at(file: StoredFile, place: str, number: int) -> str:
    return f"file {file.id} {place.format(number=number)}"


async def delete_unfinished(work: UnitOfWork, before: datetime) -> int:
    """Deletes what nobody went on with; returns how many files."""
    return (await work.connection.execute(_DELETE_UNFINISHED, {"before": before})).rowcount
