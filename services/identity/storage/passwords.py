"""Passwords, stored as argon2id hashes.

Parameters: 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet). Hashing runs in threads, at most two at a
time, so that many sign-ins at once cost time and not memory.
"""

import asyncio
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from libs.database.engine import UnitOfWork
from services.identity.storage.tables import contact, password, person

_INSERT = insert(password)
_SAVE = _INSERT.on_conflict_do_update(index_elements=[password.c.person], set_={"hash": _INSERT.excluded.hash})
_SET_AT = update(person).where(person.c.id == bindparam("of")).values(password_set_at=bindparam("now"))
_BY_EMAIL = (
    select(password)
    .join(contact, contact.c.person == password.c.person)
    .where(contact.c.email_key == bindparam("email_key"))
    .order_by(password.c.person)
    .limit(bindparam("at_most"))
)
_MAX_AT_ONE_ADDRESS = 5
"""A family may share an e-mail address; more people than this are no family."""


class Argon2Hasher:
    """Hashes and verifies passwords; one instance per process."""

    def __init__(self) -> None:
        self._password_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._semaphore = asyncio.Semaphore(2)
        self._dummy_hash = self._password_hasher.hash("nobody's password")

    async def hash(self, password: str) -> str:
        async with self._semaphore:
            return await asyncio.to_thread(self._password_hasher.hash, password)

    async def verify(self, password: str, hash_: str) -> bool:
        async with self._semaphore:
            return await asyncio.to_thread(self._verify, hash_, password)

    async def simulate_verification(self, password: str) -> None:
        """Takes as long as a real check, for an unknown address: response times must not reveal which addresses are known."""
        await self.verify(password, self._dummy_hash)

    def _verify(self, hash_: str, password: str) -> bool:
        try:
            return self._password_hasher.verify(hash_, password)
        except (VerificationError, InvalidHashError):
            return False


async def save(work: UnitOfWork, person_id: UUID, hash_: str) -> None:
    await work.connection.execute(_SAVE, {"person": person_id, "hash": hash_})
    await work.connection.execute(_SET_AT, {"of": person_id, "now": work.now})


async def find_by_email(work: UnitOfWork, email_key: str) -> list[tuple[UUID, str]]:
    """Persons with this e-mail address who have a password, each with its hash."""
    rows = await work.connection.execute(_BY_EMAIL, {"email_key": email_key, "at_most": _MAX_AT_ONE_ADDRESS})
    return [(row.person, row.hash) for row in rows]
