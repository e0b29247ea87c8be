"""Passwords, as argon2id hashes.

Parameters: 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet). Hashing leaves the event loop, two at a time at most, so
that a crowd at the door costs time and not memory.
"""

import asyncio
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import text

from libs.database.engine import Work

_KEEP = text("insert into password (person, hash) values (:person, :hash) on conflict (person) do update set hash = :hash")
_SET_AT = text("update person set password_set_at = :now where id = :person")
_BY_EMAIL = text("""
select p.person, p.hash from password p join contact c on c.person = p.person
where c.email_key = :email_key order by p.person limit :most""")
_MOST_AT_ONE_ADDRESS = 5
"""A family may share an e-mail address; more than this is no family."""


class Passwords:
    """Hashes and tries passwords; one for each process."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._two_at_a_time = asyncio.Semaphore(2)
        self._nobodys = self._hasher.hash("nobody's password")

    async def hashed(self, password: str) -> str:
        async with self._two_at_a_time:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def fits(self, password: str, hash_: str) -> bool:
        async with self._two_at_a_time:
            return await asyncio.to_thread(self._tried, hash_, password)

    async def spend_as_long(self, password: str) -> None:
        """For an address nobody has: the time an answer takes must not tell which addresses are known."""
        await self.fits(password, self._nobodys)

    def _tried(self, hash_: str, password: str) -> bool:
        try:
            return self._hasher.verify(hash_, password)
        except (VerificationError, InvalidHashError):
            return False


async def keep(work: Work, person: UUID, hash_: str) -> None:
    await work.connection.execute(_KEEP, {"person": person, "hash": hash_})
    await work.connection.execute(_SET_AT, {"person": person, "now": work.now})


async def at_address(work: Work, email_key: str) -> list[tuple[UUID, str]]:
    """Who has a password and this e-mail address."""
    found = await work.connection.execute(_BY_EMAIL, {"email_key": email_key, "most": _MOST_AT_ONE_ADDRESS})
    return [(row.person, row.hash) for row in found]
