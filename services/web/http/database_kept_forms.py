"""Kept forms in web's own database: sealed, so that somebody who reads the tables learns neither whose they are nor what they say."""

import hashlib
import json
import os
from collections.abc import Mapping

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from libs import callers
from libs.clock import Clock
from libs.database.engine import Database
from services.web.storage import kept_forms as rows

_NONCE = 12


class DatabaseKeptFormStore:
    """The `KeptFormStore` in PostgreSQL. Each call is a transaction of its own, separate from what the page does."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def save(self, owner: str, name: str, fields: Mapping[str, str]) -> None:
        sealed = _seal(owner, name, fields)
        async with self._database.work(callers.ANONYMOUS, self._clock.now()) as work:
            await rows.save_form(work, _owner_hash(owner), _name_hash(owner, name), sealed)

    async def load(self, owner: str, name: str) -> Mapping[str, str]:
        async with self._database.query_work(callers.ANONYMOUS, self._clock.now()) as work:
            sealed = await rows.load_form(work, _owner_hash(owner), _name_hash(owner, name))
        return _open(owner, name, sealed) if sealed else {}

    async def delete(self, owner: str, name: str) -> None:
        async with self._database.work(callers.ANONYMOUS, self._clock.now()) as work:
            await rows.delete_form(work, _owner_hash(owner), _name_hash(owner, name))


def _owner_hash(owner: str) -> bytes:
    return hashlib.sha256(b"kith form owner\n" + owner.encode()).digest()


def _name_hash(owner: str, name: str) -> bytes:
    # With the owner in it: equal names of two people do not look equal.
    return hashlib.sha256(b"kith form name\n" + owner.encode() + b"\n" + name.encode()).digest()


def _cipher(owner: str) -> AESGCM:
    # The mark has 256 bits that nobody can guess, so one hash is enough to derive the key.
    return AESGCM(hashlib.sha256(b"kith form key\n" + owner.encode()).digest())


def _seal(owner: str, name: str, fields: Mapping[str, str]) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + _cipher(owner).encrypt(nonce, json.dumps(dict(fields)).encode(), name.encode())


def _open(owner: str, name: str, sealed: bytes) -> dict[str, str]:
    return dict(json.loads(_cipher(owner).decrypt(sealed[:_NONCE], sealed[_NONCE:], name.encode())))
