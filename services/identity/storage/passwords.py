"""Passwords, stored as argon2id hashes.

Parameters: 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet).
"""

import asyncio
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from libs.database.columns import NOW, constant
from libs.database.engine import UnitOfWork
from libs.refusals import TooMany
from services.identity.storage.sign_in_tables import password
from services.identity.storage.tables import contact, person

Result = TypeVar("Result")

_INSERT = insert(password)
_SAVE = _INSERT.on_conflict_do_update(index_elements=[password.c.person], set_={"hash": _INSERT.excluded.hash})
_SET_AT = update(person).where(person.c.id == bindparam("of")).values(password_set_at=NOW)
_REMOVE = update(person).where(person.c.id == bindparam("of"), person.c.password_set_at.is_not(None)).values(password_set_at=None)
_DELETE_REMOVED = password.delete().where(password.c.person == person.c.id, person.c.password_set_at.is_(None))
# A password that was removed has a row until the next job: only the person and the software itself may touch the row.
_CURRENT = select(password).join(person, person.c.id == password.c.person).where(person.c.password_set_at.is_not(None))
_OF = _CURRENT.where(password.c.person == bindparam("of"))
_BY_EMAIL = (
    _CURRENT.join(contact, contact.c.person == password.c.person)
    .where(contact.c.email_key == bindparam("email_key"), contact.c.email_key != constant(""))
    .order_by(password.c.person)
    .limit(bindparam("at_most"))
)
_MAX_AT_ONE_ADDRESS = 5
"""A family may share an e-mail address; more people than this are no family."""
MAX_PENDING = 6
"""Passwords in work or waiting. At some 30 ms each, nobody waits for longer than a moment."""
MAX_PENDING_FOR_CLIENT = 2
BUSY_SECONDS = 5
_NICE = 10


class Argon2Hasher:
    """Hashes and verifies passwords in threads of its own; one instance per process.

    `reserve` comes before any database connection is taken: whatever number of people send passwords at once, only a few are in work, the
    others are refused at once, and nobody else waits for them. The threads run at a low priority and leave a core to everything else.
    """

    def __init__(self) -> None:
        self._password_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._executor = ThreadPoolExecutor(1 if (os.cpu_count() or 1) < 4 else 2, "argon2", _lower_priority)
        self._pending: Counter[bytes] = Counter()
        self._dummy_hash = self._password_hasher.hash("nobody's password")

    @contextmanager
    def reserve(self, client: bytes = b"") -> Iterator[None]:
        """A place in the queue. Raises TooMany PASSWORDS_BUSY when there is none, or this client has its share."""
        if self._pending.total() >= MAX_PENDING or (client and self._pending[client] >= MAX_PENDING_FOR_CLIENT):
            raise TooMany("PASSWORDS_BUSY", seconds=str(BUSY_SECONDS))
        self._pending[client] += 1
        try:
            yield
        finally:
            self._pending[client] -= 1
            if not self._pending[client]:
                del self._pending[client]

    async def hash(self, password: str) -> str:
        return await self._run(lambda: self._password_hasher.hash(password))

    async def verify(self, password: str, hash_: str) -> bool:
        return await self._run(lambda: self._verify(hash_, password))

    async def simulate_verification(self, password: str) -> None:
        """Takes as long as a real check, for an unknown address: response times must not reveal which addresses are known."""
        await self.verify(password, self._dummy_hash)

    async def renew(self, password: str, hash_: str) -> str | None:
        """A hash with today's parameters of a password that fitted this one; None when the hash has them already."""
        return await self.hash(password) if self._password_hasher.check_needs_rehash(hash_) else None

    async def _run(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    def _verify(self, hash_: str, password: str) -> bool:
        try:
            return self._password_hasher.verify(hash_, password)
        except (VerificationError, InvalidHashError):
            return False


def _lower_priority() -> None:
    """On Linux each thread has a priority of its own."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


async def save(work: UnitOfWork, person_id: UUID, hash_: str) -> None:
    await work.connection.execute(_SAVE, {"person": person_id, "hash": hash_})
    await work.connection.execute(_SET_AT, {"of": person_id, "now": work.now})


async def replace_hash(work: UnitOfWork, person_id: UUID, hash_: str) -> None:
    """Another hash of the same password: nothing changes for the person."""
    await work.connection.execute(_SAVE, {"person": person_id, "hash": hash_})


async def remove(work: UnitOfWork, person_id: UUID) -> bool:
    """From now on no password signs in as this person; returns whether one did."""
    return (await work.connection.execute(_REMOVE, {"of": person_id})).rowcount > 0


async def delete_removed(work: UnitOfWork) -> int:
    """Deletes the hashes of passwords that were removed; returns how many."""
    return (await work.connection.execute(_DELETE_REMOVED)).rowcount


async def find_hash(work: UnitOfWork, person_id: UUID) -> str | None:
    """The hash of the person's password; None when they have none."""
    row = (await work.connection.execute(_OF, {"of": person_id})).first()
    return str(row.hash) if row else None


async def find_by_email(work: UnitOfWork, email_key: str) -> list[tuple[UUID, str]]:
    """Persons with this e-mail address who have a password, each with its hash."""
    rows = await work.connection.execute(_BY_EMAIL, {"email_key": email_key, "at_most": _MAX_AT_ONE_ADDRESS})
    return [(row.person, row.hash) for row in rows]
