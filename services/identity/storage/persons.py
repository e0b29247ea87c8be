"""Persons and their contact details."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from libs.database.engine import UnitOfWork
from services.identity.domain.person_details import PersonDetails

_ADD_PERSON = text("""
insert into person (id, full_name, called, name_key, registered_at) values (:id, :full_name, :called, :name_key, :at)""")
_ADD_CONTACT = text("""
insert into contact (person, email, email_key, phone, phone_key) values (:id, :email, :email_key, :phone, :phone_key)""")
_FIND_BY_NAMES = text("""
select p.id, p.name_key, c.email_key, c.phone_key from person p join contact c on c.person = p.id where p.name_key = any(:names)""")
_EXISTS = text("select 1 from person where id = :id")
_NAMES = text("select id, full_name, called from person where id = any(:ids)")
_RECORD = text("""
select p.id, p.full_name, p.called, p.registered_at, p.version, p.password_set_at is not null as has_password, c.email, c.phone,
  (select count(*) from sign_in_code s
   where s.person = p.id and s.kind = 'card' and s.revoked_at is null and s.expires_at > :now) as live_cards,
  coalesce((select array_agg(hat order by hat) from worn_hat w where w.person = p.id), '{}') as hats
from person p join contact c on c.person = p.id where p.id = :id""")
# Two batches with the same person at the same moment: the second waits, and then sees the rows of the first.
_LOCK_REGISTRATION = text("select pg_advisory_xact_lock(hashtext('register_persons'))")


@dataclass(frozen=True)
class PersonName:
    """A person's names, as pages show them."""

    id: UUID
    full_name: str
    called: str


@dataclass(frozen=True)
class PersonRecord:
    """Everything identity stores about a person that the person may see."""

    id: UUID
    full_name: str
    called: str
    email: str
    phone: str
    registered_at: datetime
    has_password: bool
    live_cards: int
    hats: tuple[str, ...]
    version: int


async def find_by_identifying_keys(work: UnitOfWork, rows: Sequence[PersonDetails]) -> dict[tuple[str, str], UUID]:
    """Persons registered under one of these names, by name and contact detail. Locks out other registrations until the transaction ends."""
    await work.connection.execute(_LOCK_REGISTRATION)
    matches = await work.connection.execute(_FIND_BY_NAMES, {"names": [details.name_key for details in rows]})
    return {(row.name_key, contact): row.id for row in matches for contact in (row.email_key, row.phone_key) if contact}


async def add(work: UnitOfWork, persons: Sequence[tuple[UUID, PersonDetails]]) -> None:
    rows = [
        {
            "id": person,
            "full_name": details.full_name,
            "called": details.called,
            "name_key": details.name_key,
            "email": details.email,
            "email_key": details.email_key,
            "phone": details.phone,
            "phone_key": details.phone_key,
            "at": work.now,
        }
        for person, details in persons
    ]
    await work.connection.execute(_ADD_PERSON, rows)
    await work.connection.execute(_ADD_CONTACT, rows)


async def exists(work: UnitOfWork, person: UUID) -> bool:
    return (await work.connection.execute(_EXISTS, {"id": person})).first() is not None


async def get_names(work: UnitOfWork, ids: Sequence[UUID]) -> list[PersonName]:
    rows = await work.connection.execute(_NAMES, {"ids": list(ids)})
    return [PersonName(row.id, row.full_name, row.called) for row in rows]


async def get_record(work: UnitOfWork, person: UUID) -> PersonRecord | None:
    row = (await work.connection.execute(_RECORD, {"id": person, "now": work.now})).first()
    if row is None:
        return None
    return PersonRecord(
        row.id,
        row.full_name,
        row.called,
        row.email,
        row.phone,
        row.registered_at,
        row.has_password,
        row.live_cards,
        tuple(row.hats),
        row.version,
    )
