"""Seals what a person has said of themselves with a key of that person alone, so that deleting the key erases it in every copy.

A key is stored wrapped by a key of the service that is outside the database and its backups. Algorithms: AES-256-GCM with random nonces
(NIST SP 800-38D) for texts, AES key wrap with padding (RFC 5649) for keys, HKDF-SHA256 (RFC 5869) for the service's key.
"""

import secrets
from collections.abc import Collection
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap_with_padding, aes_key_wrap_with_padding
from sqlalchemy import LargeBinary, MetaData, Table, Uuid, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from libs.database.columns import MOMENT, among, key, required
from libs.database.engine import UnitOfWork

_KEY_BYTES = 32
_NONCE_BYTES = 12

metadata = MetaData()
person_key = Table("person_key", metadata, key("person", Uuid), required("wrapped", LargeBinary), required("made_at", MOMENT))

_FIND = select(person_key.c.person, person_key.c.wrapped).where(among(person_key.c.person, "persons"))
_ADD = insert(person_key).on_conflict_do_nothing()
_SHRED = delete(person_key).where(person_key.c.person == bindparam("person"))


class SealBrokenError(Exception):
    """What is stored was altered, moved to another place, or sealed with another key."""


class PersonSealer:
    """Seals and opens texts and files of persons, in the database of one service."""

    def __init__(self, secret: bytes) -> None:
        """`secret` has at least 32 bytes, and is used for other purposes too: our own key is derived from it."""
        self._wrapping_key = HKDF(hashes.SHA256(), _KEY_BYTES, salt=None, info=b"kith person keys").derive(secret)

    async def seal(self, work: UnitOfWork, person: UUID, content: bytes, place: str) -> bytes:
        """Seals for this person; makes their key if there is none. `place` says where it is kept, and `open` must be told the same."""
        wanted = {"person": person, "wrapped": self._wrap(secrets.token_bytes(_KEY_BYTES)), "made_at": work.now}
        await work.connection.execute(_ADD, wanted)
        # Somebody else may have made it in the same moment: the one that is stored counts.
        cipher = (await self.ciphers(work, [person]))[person]
        return cipher.seal(content, place)

    async def ciphers(self, work: UnitOfWork, persons: Collection[UUID]) -> "dict[UUID, PersonCipher]":
        """The keys of these persons, for many texts at once; none for a person who has nothing sealed, or was erased."""
        rows = await work.connection.execute(_FIND, {"persons": list(persons)})
        return {row.person: PersonCipher(row.person, aes_key_unwrap_with_padding(self._wrapping_key, row.wrapped)) for row in rows}

    async def seal_anew(self, work: UnitOfWork, owner: UUID, person: UUID, sealed: bytes, place: str) -> bytes:
        """What was sealed for `owner`, sealed for `person` at the same place. Raises SealBrokenError, also when the owner's key is gone."""
        cipher = (await self.ciphers(work, [owner])).get(owner)
        if cipher is None:
            raise SealBrokenError
        return await self.seal(work, person, cipher.open(sealed, place), place)

    async def shred(self, work: UnitOfWork, person: UUID) -> bool:
        """Deletes the person's key: all that was sealed with it is erased. Returns whether there was one."""
        return (await work.connection.execute(_SHRED, {"person": person})).rowcount > 0

    def _wrap(self, plain: bytes) -> bytes:
        return aes_key_wrap_with_padding(self._wrapping_key, plain)


class PersonCipher:
    """One person's key, unwrapped for the length of a unit of work."""

    def __init__(self, person: UUID, plain_key: bytes) -> None:
        self._person = person
        self._aead = AESGCM(plain_key)

    def seal(self, content: bytes, place: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._aead.encrypt(nonce, content, self._bound_to(place))

    def open(self, sealed: bytes, place: str) -> bytes:
        """Raises SealBrokenError."""
        try:
            return self._aead.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], self._bound_to(place))
        except (InvalidTag, ValueError) as error:
            raise SealBrokenError from error

    def _bound_to(self, place: str) -> bytes:
        # So that a sealed text cannot be moved to another person or another field.
        return f"{self._person} {place}".encode()
