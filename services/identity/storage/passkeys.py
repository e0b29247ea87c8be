"""Passkeys."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql

from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper, values_of
from services.identity.domain.passkey import Passkey
from services.identity.storage.sign_in_tables import passkey

_ADD = postgresql.insert(passkey).on_conflict_do_nothing().returning(passkey.c.id)
_OF_PERSON = select(passkey).where(passkey.c.person == bindparam("of")).order_by(passkey.c.added_at, passkey.c.id)
_COUNT = select(func.count()).where(passkey.c.person == bindparam("of"))
_BY_CREDENTIAL = select(passkey).where(passkey.c.credential_id == bindparam("credential"))
_OWN = (passkey.c.person == bindparam("of"), passkey.c.id == bindparam("passkey"))
_RENAME = update(passkey).where(*_OWN)
_USE = update(passkey).where(passkey.c.id == bindparam("passkey"))
_REMOVE = delete(passkey).where(*_OWN)
_REMOVE_ALL = delete(passkey).where(passkey.c.person == bindparam("of")).returning(passkey.c.id)

_to_passkey = row_mapper(Passkey)


async def add(work: UnitOfWork, new_passkey: Passkey) -> bool:
    """False where the credential is known, perhaps as another person's."""
    return (await work.connection.execute(_ADD, values_of(new_passkey))).first() is not None


async def list_of(work: UnitOfWork, person: UUID) -> Sequence[Passkey]:
    """The oldest first."""
    return list(map(_to_passkey, await work.connection.execute(_OF_PERSON, {"of": person})))


async def count_of(work: UnitOfWork, person: UUID) -> int:
    return int((await work.connection.execute(_COUNT, {"of": person})).scalar_one())


async def find_by_credential(work: UnitOfWork, credential_id: bytes) -> Passkey | None:
    row = (await work.connection.execute(_BY_CREDENTIAL, {"credential": credential_id})).first()
    return _to_passkey(row) if row else None


async def rename(work: UnitOfWork, person: UUID, passkey_id: UUID, name: str) -> bool:
    """False where the person has no such passkey."""
    return (await work.connection.execute(_RENAME.values(name=name), {"of": person, "passkey": passkey_id})).rowcount > 0


async def use(work: UnitOfWork, passkey_id: UUID, sign_count: int, *, is_synced: bool) -> None:
    values = {"sign_count": sign_count, "is_synced": is_synced, "last_used_at": work.now}
    await work.connection.execute(_USE.values(values), {"passkey": passkey_id})


async def remove(work: UnitOfWork, person: UUID, passkey_id: UUID) -> bool:
    """As `rename`."""
    return (await work.connection.execute(_REMOVE, {"of": person, "passkey": passkey_id})).rowcount > 0


async def remove_all(work: UnitOfWork, person: UUID) -> list[UUID]:
    """Returns which were removed."""
    return sorted((await work.connection.execute(_REMOVE_ALL, {"of": person})).scalars())
