"""Persons and their contact details."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Text, bindparam, func, insert, select, text

from kith.identity.v1.enums import CodeKind
from libs.access.hats import worn_hat
from libs.database.columns import among
from libs.database.engine import UnitOfWork
from libs.database.rows import reader
from services.identity.domain.person_details import PersonDetails
from services.identity.storage import tables

_ADD_PERSONS = insert(tables.person)
_ADD_CONTACTS = insert(tables.contact)
_PERSON_WITH_CONTACT = tables.person.join(tables.contact)
_FIND_BY_NAMES = (
    select(tables.person.c.id, tables.person.c.name_key, tables.contact.c.email_key, tables.contact.c.phone_key)
    .select_from(_PERSON_WITH_CONTACT)
    .where(among(tables.person.c.name_key, "names"))
)
_EXISTS = select(tables.person.c.id).where(tables.person.c.id == bindparam("id"))
_NAMES = select(tables.person.c.id, tables.person.c.full_name, tables.person.c.called).where(among(tables.person.c.id, "ids"))
_LIVE_CARDS = select(func.count()).where(
    tables.sign_in_code.c.person == tables.person.c.id,
    tables.sign_in_code.c.kind == CodeKind.CARD.value,
    tables.sign_in_code.c.revoked_at.is_(None),
    tables.sign_in_code.c.expires_at > bindparam("now"),
)
_HATS = select(worn_hat.c.hat).where(worn_hat.c.person == tables.person.c.id).order_by(worn_hat.c.hat)
_RECORD = (
    select(
        tables.person,
        tables.person.c.password_set_at.is_not(None).label("has_password"),
        tables.contact.c.email,
        tables.contact.c.phone,
        _LIVE_CARDS.scalar_subquery().label("live_cards"),
        func.array(_HATS.scalar_subquery(), type_=ARRAY(Text)).label("hats"),
    )
    .select_from(_PERSON_WITH_CONTACT)
    .where(tables.person.c.id == bindparam("id"))
)
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


_to_name = reader(PersonName)
_to_record = reader(PersonRecord)


async def find_by_identifying_keys(work: UnitOfWork, rows: Sequence[PersonDetails]) -> dict[tuple[str, str], UUID]:
    """Persons registered under one of these names, by name and contact detail. Locks out other registrations until the transaction ends."""
    await work.connection.execute(_LOCK_REGISTRATION)
    matches = await work.connection.execute(_FIND_BY_NAMES, {"names": [details.name_key for details in rows]})
    return {(row.name_key, contact): row.id for row in matches for contact in (row.email_key, row.phone_key) if contact}


async def add(work: UnitOfWork, persons: Sequence[tuple[UUID, PersonDetails]]) -> None:
    await work.connection.execute(
        _ADD_PERSONS,
        [
            {
                "id": person,
                "full_name": details.full_name,
                "called": details.called,
                "name_key": details.name_key,
                "registered_at": work.now,
            }
            for person, details in persons
        ],
    )
    await work.connection.execute(
        _ADD_CONTACTS,
        [
            {
                "person": person,
                "email": details.email,
                "email_key": details.email_key,
                "phone": details.phone,
                "phone_key": details.phone_key,
            }
            for person, details in persons
        ],
    )


async def exists(work: UnitOfWork, person: UUID) -> bool:
    return (await work.connection.execute(_EXISTS, {"id": person})).first() is not None


async def get_names(work: UnitOfWork, ids: Sequence[UUID]) -> list[PersonName]:
    return list(map(_to_name, await work.connection.execute(_NAMES, {"ids": list(ids)})))


async def get_record(work: UnitOfWork, person: UUID) -> PersonRecord | None:
    row = (await work.connection.execute(_RECORD, {"id": person, "now": work.now})).first()
    return _to_record(row) if row else None
