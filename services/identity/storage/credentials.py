"""Credentials of persons. Notes and reasons are texts about a person, so they are sealed with that person's key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, bindparam, func, insert, or_, select, update

from kith.identity.v1.enums import CredentialState
from libs.database.columns import among, constant
from libs.database.engine import UnitOfWork
from libs.database.paging import Page, PageRequest, paginate
from libs.database.rows import row_mapper, values_of
from libs.files.file_tables import stored_file
from libs.sealing import PersonSealer
from services.identity.domain.credential import Credential
from services.identity.storage.tables import credential

BATCH = 500


@dataclass(frozen=True)
class CredentialRecord:
    """A credential with its evidence's media type, and with its texts where they were asked for."""

    credential: Credential
    media_type: str
    note: str = ""
    reason: str = ""


_c = credential.c
_CLAIMED, _VERIFIED = constant(CredentialState.CLAIMED.value), constant(CredentialState.VERIFIED.value)
_to_credential = row_mapper(Credential)
_ADD = insert(credential)
_LOCK = select(credential).where(_c.id == bindparam("id")).with_for_update()
_PERSON_OF = select(_c.person).where(_c.id == bindparam("id"))
_OF_PERSONS = select(credential).where(among(_c.person, "persons")).order_by(_c.added_at, _c.id)
_LOCK_KIND = select(credential).where(_c.person == bindparam("of"), _c.kind == bindparam("of_kind")).order_by(_c.id).with_for_update()
_COUNT_CLAIMED = select(func.count().label("claims")).where(_c.person == bindparam("of"), _c.state == _CLAIMED)
_SAVE = update(credential).where(_c.id == bindparam("saved"))
_RECORDS = select(credential, func.coalesce(stored_file.c.media_type, "").label("media_type")).select_from(
    credential.outerjoin(stored_file, stored_file.c.id == _c.file)
)
_OVER = (
    select(credential)
    .where(_c.state == _VERIFIED, _c.expires_on < bindparam("today"))
    .order_by(_c.expires_on, _c.id)
    .limit(BATCH)
    .with_for_update()
)
_IS_UNREMINDED = and_(_c.state == _VERIFIED, _c.reminded_at.is_(None))
_TO_REMIND = (
    select(credential)
    .where(_IS_UNREMINDED, _c.remind_on <= bindparam("today"), _c.expires_on >= bindparam("today"))
    .order_by(_c.remind_on, _c.id)
    .limit(BATCH)
    .with_for_update()
)
_NEXT_LAST_DAY = select(func.min(_c.expires_on)).where(_c.state == _VERIFIED)
_NEXT_REMINDER = select(func.min(_c.remind_on)).where(_IS_UNREMINDED, or_(_c.expires_on.is_(None), _c.expires_on >= bindparam("today")))


async def add(work: UnitOfWork, added: Credential, note: str, sealer: PersonSealer) -> None:
    sealed = await sealer.seal(work, added.person, note.encode(), note_place(added.id)) if note else None
    await work.connection.execute(_ADD, values_of(added) | {"sealed_note": sealed})


async def find_person(work: UnitOfWork, credential_id: UUID) -> UUID | None:
    """The entry of whose it is."""
    found: UUID | None = (await work.connection.execute(_PERSON_OF, {"id": credential_id})).scalar()
    return found


async def lock(work: UnitOfWork, credential_id: UUID) -> Credential | None:
    row = (await work.connection.execute(_LOCK, {"id": credential_id})).first()
    return _to_credential(row) if row else None


async def lock_kind(work: UnitOfWork, person: UUID, kind: str) -> list[Credential]:
    """All of one kind that a person has."""
    return [_to_credential(row) for row in await work.connection.execute(_LOCK_KIND, {"of": person, "of_kind": kind})]


async def count_claimed(work: UnitOfWork, person: UUID) -> int:
    return int((await work.connection.execute(_COUNT_CLAIMED, {"of": person})).scalar_one())


async def save(work: UnitOfWork, changed: Credential) -> None:
    await work.connection.execute(_SAVE, {"saved": changed.id} | values_of(changed, "id"))


async def save_reason(work: UnitOfWork, changed: Credential, reason: str, sealer: PersonSealer) -> None:
    sealed = await sealer.seal(work, changed.person, reason.encode(), reason_place(changed.id))
    await work.connection.execute(_SAVE, {"saved": changed.id, "sealed_reason": sealed})


async def of_persons(work: UnitOfWork, persons: Sequence[UUID]) -> dict[UUID, list[Credential]]:
    by_person: dict[UUID, list[Credential]] = {person: [] for person in persons}
    for row in await work.connection.execute(_OF_PERSONS, {"persons": list(persons)}):
        by_person[row.person].append(_to_credential(row))
    return by_person


async def get(work: UnitOfWork, credential_id: UUID, sealer: PersonSealer) -> CredentialRecord | None:
    row = (await work.connection.execute(_RECORDS.where(_c.id == credential_id))).first()
    return (await _opened(work, [row], sealer))[0] if row else None


async def list_of_person(work: UnitOfWork, person: UUID, page: PageRequest, sealer: PersonSealer) -> Page[CredentialRecord]:
    """The latest first, with their texts."""
    found = await paginate(
        work, _RECORDS.where(_c.person == person), page, by=(_c.added_at, _c.id), name=f"list_credentials {person}", descending=True
    )
    return Page(await _opened(work, found.items, sealer), found.next_token)


async def list_claimed(work: UnitOfWork, page: PageRequest) -> Page[CredentialRecord]:
    """The oldest first."""
    statement = _RECORDS.where(_c.state == _CLAIMED)
    return (await paginate(work, statement, page, by=(_c.added_at, _c.id), name="claimed_credentials")).map(_to_record)


async def list_due(work: UnitOfWork, page: PageRequest) -> Page[CredentialRecord]:
    """Verified ones that have a last day, the earliest first."""
    statement = _RECORDS.where(_c.state == _VERIFIED, _c.expires_on.is_not(None))
    return (await paginate(work, statement, page, by=(_c.expires_on, _c.id), name="due_credentials")).map(_to_record)


async def lock_over(work: UnitOfWork, today: date) -> list[Credential]:
    """Up to BATCH verified ones whose last day is before `today`."""
    return [_to_credential(row) for row in await work.connection.execute(_OVER, {"today": today})]


async def lock_to_remind(work: UnitOfWork, today: date) -> list[Credential]:
    """Up to BATCH verified ones of which their persons are to be reminded."""
    return [_to_credential(row) for row in await work.connection.execute(_TO_REMIND, {"today": today})]


async def next_last_day(work: UnitOfWork) -> date | None:
    day: date | None = (await work.connection.execute(_NEXT_LAST_DAY)).scalar()
    return day


async def next_reminder(work: UnitOfWork, today: date) -> date | None:
    day: date | None = (await work.connection.execute(_NEXT_REMINDER, {"today": today})).scalar()
    return day


def _to_record(row: Row[Any]) -> CredentialRecord:
    return CredentialRecord(_to_credential(row), row.media_type)


async def _opened(work: UnitOfWork, rows: Sequence[Row[Any]], sealer: PersonSealer) -> list[CredentialRecord]:
    """With notes and reasons; without where the person's key is gone."""
    records = list(map(_to_record, rows))
    ciphers = await sealer.ciphers(work, {record.credential.person for record in records})

    def text(place: str, sealed: bytes | None, person: UUID) -> str:
        return ciphers[person].open(bytes(sealed), place).decode() if sealed and person in ciphers else ""

    return [
        CredentialRecord(
            record.credential,
            record.media_type,
            note=text(note_place(record.credential.id), row.sealed_note, record.credential.person),
            reason=text(reason_place(record.credential.id), row.sealed_reason, record.credential.person),
        )
        for record, row in zip(records, rows, strict=True)
    ]


def note_place(of: UUID) -> str:
    """What the note of a credential is sealed for."""
    return f"credential {of} note"


def reason_place(of: UUID) -> str:
    """What the reason of a credential is sealed for."""
    return f"credential {of} reason"
