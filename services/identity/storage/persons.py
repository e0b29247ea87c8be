"""Persons and how to reach them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from libs.database.engine import Work
from services.identity.domain.particulars import Particulars

_ADD_PERSON = text("""
insert into person (id, full_name, called, name_key, registered_at) values (:id, :full_name, :called, :name_key, :at)""")
_ADD_CONTACT = text("""
insert into contact (person, email, email_key, phone, phone_key) values (:id, :email, :email_key, :phone, :phone_key)""")
_SAME_NAMES = text("""
select p.id, p.name_key, c.email_key, c.phone_key from person p join contact c on c.person = p.id where p.name_key = any(:names)""")
_THERE = text("select 1 from person where id = :id")
_NAMES = text("select id, full_name, called from person where id = any(:ids)")
_RECORD = text("""
select p.id, p.full_name, p.called, p.registered_at, p.password_set_at is not null as has_password, c.email, c.phone,
  (select count(*) from sign_in_code s
   where s.person = p.id and s.kind = 'card' and s.revoked_at is null and s.expires_at > :now) as live_cards,
  coalesce((select array_agg(hat order by hat) from worn_hat w where w.person = p.id), '{}') as hats
from person p join contact c on c.person = p.id where p.id = :id""")
# Two batches with the same person at the same moment: the second waits, and then finds the first one's rows.
_ONE_BATCH_AT_A_TIME = text("select pg_advisory_xact_lock(hashtext('register_persons'))")


@dataclass(frozen=True)
class Name:
    """What a page calls a person."""

    id: UUID
    full_name: str
    called: str


@dataclass(frozen=True)
class Record:
    """Everything identity keeps about a person that the person may see."""

    id: UUID
    full_name: str
    called: str
    email: str
    phone: str
    registered_at: datetime
    has_password: bool
    live_cards: int
    hats: tuple[str, ...]


async def known_marks(work: Work, rows: Sequence[Particulars]) -> dict[tuple[str, str], UUID]:
    """Who is there already under one of these names, by name and each way to reach them; nobody else is added until the work ends."""
    await work.connection.execute(_ONE_BATCH_AT_A_TIME)
    found = await work.connection.execute(_SAME_NAMES, {"names": [one.name_key for one in rows]})
    return {(row.name_key, way): row.id for row in found for way in (row.email_key, row.phone_key) if way}


async def add(work: Work, persons: Sequence[tuple[UUID, Particulars]]) -> None:
    rows = [
        {
            "id": person,
            "full_name": one.full_name,
            "called": one.called,
            "name_key": one.name_key,
            "email": one.email,
            "email_key": one.email_key,
            "phone": one.phone,
            "phone_key": one.phone_key,
            "at": work.now,
        }
        for person, one in persons
    ]
    await work.connection.execute(_ADD_PERSON, rows)
    await work.connection.execute(_ADD_CONTACT, rows)


async def is_there(work: Work, person: UUID) -> bool:
    return (await work.connection.execute(_THERE, {"id": person})).first() is not None


async def names(work: Work, ids: Sequence[UUID]) -> list[Name]:
    found = await work.connection.execute(_NAMES, {"ids": list(ids)})
    return [Name(row.id, row.full_name, row.called) for row in found]


async def record(work: Work, person: UUID) -> Record | None:
    row = (await work.connection.execute(_RECORD, {"id": person, "now": work.now})).first()
    if row is None:
        return None
    return Record(
        row.id, row.full_name, row.called, row.email, row.phone, row.registered_at, row.has_password, row.live_cards, tuple(row.hats)
    )
