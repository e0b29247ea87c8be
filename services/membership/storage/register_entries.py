"""Entries in the legal register: each member's name and address as the law wants them."""

from uuid import UUID

from sqlalchemy import text

from libs.database.engine import UnitOfWork

_CORRECT = text("update register_entry set name = :name, address = :address, entered_at = :now where person = :person")
_NEW_VERSION = text("update member set version = version + 1 where person = :person")


async def correct(work: UnitOfWork, person: UUID, name: str, address: str) -> None:
    await work.connection.execute(_CORRECT, {"person": person, "name": name, "address": address, "now": work.now})
    await work.connection.execute(_NEW_VERSION, {"person": person})
