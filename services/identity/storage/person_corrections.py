"""Replaces a person's names and contact details."""

from uuid import UUID

from sqlalchemy import text

from libs.database.engine import UnitOfWork
from services.identity.domain.person_details import PersonDetails

_LOCK_VERSION = text("select version from person where id = :id for update")
_CORRECT_NAMES = text("""
update person set full_name = :full_name, called = :called, name_key = :name_key, version = version + 1 where id = :id""")
_CORRECT_CONTACT = text("""
update contact set email = :email, email_key = :email_key, phone = :phone, phone_key = :phone_key where person = :id""")


async def lock_version(work: UnitOfWork, person: UUID) -> int | None:
    """Returns the person's version and locks the row until the transaction ends; None when there is no such person."""
    return (await work.connection.execute(_LOCK_VERSION, {"id": person})).scalar()


async def correct(work: UnitOfWork, person: UUID, details: PersonDetails) -> None:
    names = {"full_name": details.full_name, "called": details.called, "name_key": details.name_key}
    contact = {"email": details.email, "email_key": details.email_key, "phone": details.phone, "phone_key": details.phone_key}
    await work.connection.execute(_CORRECT_NAMES, names | {"id": person})
    await work.connection.execute(_CORRECT_CONTACT, contact | {"id": person})
