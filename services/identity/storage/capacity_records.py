"""Capacity records, append-only; their words are sealed with the person's key."""

import json
from collections.abc import Collection
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from libs.database.columns import among
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.sealing import PersonCipher, PersonSealer
from services.identity.domain.capacity import ABILITIES, Ability, CapacityEntry, CapacityWords
from services.identity.storage.tables import capacity_record

_PLACE = "capacity_record"
_ADD = insert(capacity_record)
_OF_PERSONS = (
    select(*(column for column in capacity_record.c if column.name != "sealed"))
    .where(among(capacity_record.c.person, "persons"))
    .order_by(capacity_record.c.recorded_at, capacity_record.c.id)
)
_SEALED = select(capacity_record.c.id, capacity_record.c.person, capacity_record.c.sealed).where(among(capacity_record.c.person, "persons"))

_to_entry = row_mapper(CapacityEntry)


async def add(work: UnitOfWork, sealer: PersonSealer, entry: CapacityEntry, words: CapacityWords) -> None:
    sealed = await sealer.seal(work, entry.person, json.dumps(asdict(words)).encode(), place_of(entry.id))
    await work.connection.execute(_ADD, values_of(entry) | {"sealed": sealed})


async def list_entries(work: UnitOfWork, persons: Collection[UUID]) -> list[CapacityEntry]:
    """In the order in which they were recorded."""
    return [_to_entry(row) for row in await work.connection.execute(_OF_PERSONS, {"persons": list(persons)})]


async def open_words(work: UnitOfWork, sealer: PersonSealer, persons: Collection[UUID]) -> dict[UUID, CapacityWords]:
    """The words by record. Those whose key was deleted are left out."""
    ciphers = await sealer.ciphers(work, persons)
    rows = (await work.connection.execute(_SEALED, {"persons": list(persons)})).all()
    return {row.id: _open(ciphers[row.person], row) for row in rows if row.person in ciphers}


def _open(cipher: PersonCipher, row: Any) -> CapacityWords:  # a row of _SEALED
    words: dict[str, Any] = json.loads(cipher.open(bytes(row.sealed), place_of(row.id)))
    return CapacityWords(**words | {name: Ability(**words[name]) for name in ABILITIES})


def place_of(entry: UUID) -> str:
    """What the words of an entry are sealed for."""
    return f"{_PLACE} {entry}"
