"""What people say of themselves: one sealed text for each person and field. Each read is by the rule of `libs/access/reading.py`."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Text, any_, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from libs.access.reading import CALLER, Reader, may_read, readable_subjects, reader_values
from libs.database.columns import among
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.sealing import PersonSealer
from services.identity.storage.tables import record_field

_FIELD = record_field.c
_INSERT = insert(record_field)
_SAVE = _INSERT.on_conflict_do_update(
    index_elements=[_FIELD.person, _FIELD.field],
    set_={name: _INSERT.excluded[name] for name in ("sealed", "version", "changed_at", "changed_by")},
)


@dataclass(frozen=True)
class FieldRecord:
    """One field as its reader sees it."""

    person: UUID
    field: str
    text: str
    version: int
    changed_at: datetime
    changed_by: UUID


def readable(reader: Reader = CALLER) -> Select[Any]:
    """Every field that the reader may read now, emptied ones too."""
    return select(record_field).where(may_read(_FIELD.person, _FIELD.field, reader))


def readable_of(field: ColumnElement[str], reader: Reader = CALLER) -> Select[Any]:
    """One field of everybody who filled it in and whose field the reader may read now."""
    of_field = select(record_field).where(_FIELD.person == any_(readable_subjects(field, reader)))
    return of_field.where(_FIELD.field == field, _FIELD.sealed.is_not(None))


_OF_PERSON = readable().where(_FIELD.person == bindparam("of"), among(_FIELD.field, "fields"))
_OF_ENTRY = select(record_field).where(_FIELD.person == bindparam("of"))
_DELETE_OF_ENTRY = delete(record_field).where(_FIELD.person == bindparam("of"))
_OF_FIELD = readable_of(bindparam("of_field", type_=Text))


async def get_fields(work: UnitOfWork, sealer: PersonSealer, person: UUID, fields: Collection[str]) -> list[FieldRecord]:
    """Those of the fields that the caller may read. An emptied one has an empty text; one whose key was deleted is left out."""
    rows = await work.connection.execute(_OF_PERSON, reader_values(work) | {"of": person, "fields": list(fields)})
    return await open_rows(work, sealer, rows.all())


async def list_of_entry(work: UnitOfWork, sealer: PersonSealer, entry: UUID) -> list[FieldRecord]:
    """All that an entry says. For the job that follows merges: row-level security shows anybody else what they may read."""
    return await open_rows(work, sealer, await work.connection.execute(_OF_ENTRY, {"of": entry}))


async def delete_of_entry(work: UnitOfWork, entry: UUID) -> None:
    await work.connection.execute(_DELETE_OF_ENTRY, {"of": entry})


async def list_field(work: UnitOfWork, sealer: PersonSealer, field: str, page: PageRequest) -> Page[FieldRecord]:
    """This field of everybody who filled it in and lets the caller read it, by person."""
    statement = _OF_FIELD.params(reader_values(work) | {"of_field": field})
    rows = await paginate(work, statement, page, by=(_FIELD.person,), name=f"list_records {field}")
    return Page(await open_rows(work, sealer, rows.items), rows.next_token)


async def save(work: UnitOfWork, sealer: PersonSealer, person: UUID, editor: UUID, texts: Mapping[str, tuple[str, int]]) -> None:
    """Saves each field's text with its new version."""
    for field, (text, version) in texts.items():
        sealed = await sealer.seal(work, person, text.encode(), place_of(field)) if text else None
        values = {"person": person, "field": field, "sealed": sealed, "version": version, "changed_at": work.now, "changed_by": editor}
        await work.connection.execute(_SAVE, values)


async def open_rows(work: UnitOfWork, sealer: PersonSealer, rows: Iterable[Row[Any]]) -> list[FieldRecord]:
    """Rows that were read, opened."""
    found = list(rows)
    ciphers = await sealer.ciphers(work, {row.person for row in found}) if found else {}
    return [
        FieldRecord(
            row.person,
            row.field,
            ciphers[row.person].open(bytes(row.sealed), place_of(row.field)).decode() if row.sealed else "",
            row.version,
            row.changed_at,
            row.changed_by,
        )
        for row in found
        if not row.sealed or row.person in ciphers
    ]


def place_of(field: str) -> str:
    """What the text of a field is sealed for."""
    return f"record_field {field}"
