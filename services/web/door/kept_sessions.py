"""Sessions in web's own database, found by the hash of their cookie.

Each call is a transaction of its own: a page's session is no part of what the page does. Identity's key to the session is sealed under the
cookie, which is 256 random bits and never kept: whoever reads the tables can neither take over a session nor ask for a token.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from libs import callers
from libs.clock import Clock
from libs.database.engine import Database, Work
from services.web.door.cookies import new_secret
from services.web.door.sessions import Session, SignedIn
from services.web.storage import sessions as rows
from services.web.storage.sessions import SessionRow

_NONCE = 12
_NOTED_EVERY = timedelta(minutes=5)


class KeptSessions:
    """See `door.sessions.Sessions`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def begin(self, who: SignedIn) -> Session:
        session = Session(new_secret(), who)
        sealed = _seal(session.cookie, who.session_key)
        row = SessionRow(UUID(who.person_id), who.session_id, sealed, who.hats, who.expires_at, self._clock.now())
        async with self._work(session) as work:
            await rows.begin(work, _hash(session.cookie), row)
        return session

    async def find(self, cookie: str) -> Session | None:
        async with self._reading() as work:
            row = await rows.find(work, _hash(cookie))
        if row is None:
            return None
        session = Session(cookie, SignedIn(str(row.person), row.identity_session, _open(cookie, row.sealed_key), row.hats, row.expires_at))
        if self._clock.now() - row.used_at > _NOTED_EVERY:
            async with self._work(session) as work:
                await rows.note_use(work, _hash(cookie))
        return session

    async def hats(self, session: Session, hats: Sequence[str]) -> None:
        async with self._work(session) as work:
            await rows.wear(work, _hash(session.cookie), hats)

    async def end(self, session: Session) -> None:
        async with self._work(session) as work:
            await rows.end(work, _hash(session.cookie))

    async def keep_draft(self, session: Session, name: str, fields: Mapping[str, str]) -> None:
        async with self._work(session) as work:
            await rows.keep_draft(work, _hash(session.cookie), name, fields)

    async def draft(self, session: Session, name: str) -> Mapping[str, str]:
        async with self._reading() as work:
            return await rows.draft(work, _hash(session.cookie), name)

    async def drop_draft(self, session: Session, name: str) -> None:
        async with self._work(session) as work:
            await rows.drop_draft(work, _hash(session.cookie), name)

    def _work(self, session: Session) -> AbstractAsyncContextManager[Work]:
        return self._database.work(callers.person(UUID(session.who.person_id)), self._clock.now())

    def _reading(self) -> AbstractAsyncContextManager[Work]:
        return self._database.reading(callers.NOBODY, self._clock.now())


def _hash(cookie: str) -> bytes:
    return hashlib.sha256(b"kith session\n" + cookie.encode()).digest()


def _sealing(cookie: str) -> AESGCM:
    # The cookie is 256 random bits, so one hash is all the stretching it needs.
    return AESGCM(hashlib.sha256(b"kith session key\n" + cookie.encode()).digest())


def _seal(cookie: str, key: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + _sealing(cookie).encrypt(nonce, key.encode(), None)


def _open(cookie: str, sealed: bytes) -> str:
    return _sealing(cookie).decrypt(sealed[:_NONCE], sealed[_NONCE:], None).decode()
