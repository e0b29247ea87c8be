"""Entries about what people agreed to, append-only; their words are sealed with the person's key."""

import json
from collections.abc import Collection
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select

from kith.identity.v1.enums import BestInterestsAuthority
from libs.access.consents import GivenConsent, given_consent
from libs.database.columns import among
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from libs.sealing import PersonCipher, PersonSealer
from services.identity.domain.consent import BestInterests, ConsentEntry, ConsentWords
from services.identity.storage.tables import consent_entry, person

_PLACE = "consent_entry"
_WITHOUT_WORDS = [column for column in consent_entry.c if column.name != "sealed"]
_ADD = insert(consent_entry)
_IDS = select(person.c.id).where((person.c.id == bindparam("of")) | (person.c.merged_into == bindparam("of")))
_OF_PERSONS = (
    select(*_WITHOUT_WORDS).where(among(consent_entry.c.person, "persons")).order_by(consent_entry.c.recorded_at, consent_entry.c.id)
)
_FIND = select(*_WITHOUT_WORDS).where(consent_entry.c.id == bindparam("wanted"))
_SEALED = select(consent_entry.c.id, consent_entry.c.person, consent_entry.c.sealed).where(
    among(consent_entry.c.person, "persons"), consent_entry.c.sealed.is_not(None)
)
_GIVEN = select(given_consent).where(among(given_consent.c.id, "ids"))

_to_entry = row_mapper(ConsentEntry)
_to_given = row_mapper(GivenConsent)


async def entries_of_person(work: UnitOfWork, of: UUID) -> list[UUID]:
    """The person's id, and those of the entries that were merged into theirs."""
    return list((await work.connection.execute(_IDS, {"of": of})).scalars())


async def add(work: UnitOfWork, sealer: PersonSealer, entry: ConsentEntry, words: ConsentWords) -> None:
    sealed = await sealer.seal(work, entry.person, json.dumps(asdict(words)).encode(), place_of(entry.id))
    await work.connection.execute(_ADD, values_of(entry) | {"sealed": sealed})


async def add_withdrawal(work: UnitOfWork, entry: ConsentEntry) -> None:
    await work.connection.execute(_ADD, values_of(entry) | {"sealed": None})


async def find(work: UnitOfWork, wanted: UUID) -> ConsentEntry | None:
    row = (await work.connection.execute(_FIND, {"wanted": wanted})).first()
    return _to_entry(row) if row else None


async def list_entries(work: UnitOfWork, persons: Collection[UUID]) -> list[ConsentEntry]:
    """In the order in which they were recorded."""
    return [_to_entry(row) for row in await work.connection.execute(_OF_PERSONS, {"persons": list(persons)})]


async def open_words(work: UnitOfWork, sealer: PersonSealer, persons: Collection[UUID]) -> dict[UUID, ConsentWords]:
    """The words by entry. Those whose key was deleted are left out."""
    ciphers = await sealer.ciphers(work, persons)
    rows = (await work.connection.execute(_SEALED, {"persons": list(persons)})).all()
    return {row.id: _open(ciphers[row.person], row) for row in rows if row.person in ciphers}


async def given(work: UnitOfWork, ids: Collection[UUID]) -> dict[UUID, GivenConsent]:
    """What commands are told of these entries."""
    return {row.id: _to_given(row) for row in await work.connection.execute(_GIVEN, {"ids": list(ids)})}


def _open(cipher: PersonCipher, row: Any) -> ConsentWords:  # a row of _SEALED
    words: dict[str, Any] = json.loads(cipher.open(bytes(row.sealed), place_of(row.id)))
    record = words.pop("best_interests")
    if record is None:
        return ConsentWords(**words)
    return ConsentWords(**words, best_interests=BestInterests(**record | {"authority": BestInterestsAuthority(record["authority"])}))


def place_of(entry: UUID) -> str:
    """What the words of an entry are sealed for."""
    return f"{_PLACE} {entry}"
