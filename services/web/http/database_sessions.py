"""Sessions in web's own database, looked up by the hash of their cookie.

Each call is a transaction of its own, separate from what the page does. Identity's key to the session is sealed under the
cookie, which is 256 random bits and never stored: somebody who reads the tables can neither take over a session nor obtain a token.
"""

import hashlib
import os
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from libs import callers
from libs.clock import Clock
from libs.database.engine import Database, UnitOfWork
from services.web.http.cookies import new_secret
from services.web.http.sessions import HelpedPage, IdentitySession, Session
from services.web.storage import helped_pages
from services.web.storage import sessions as rows
from services.web.storage.sessions import SessionRow

_NONCE = 12
_USE_RECORDED_EVERY = timedelta(minutes=5)
_USES_IN_A_QUIET_TIME = 30


class DatabaseSessionStore:
    """The `SessionStore` in PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def create(self, identity: IdentitySession) -> Session:
        session = Session(new_secret(), identity)
        sealed = _seal(session.cookie, identity.session_key)
        row = SessionRow(
            UUID(identity.person_id),
            identity.session_id,
            sealed,
            identity.hats,
            identity.expires_at,
            self._clock.now(),
            quiet_seconds=identity.quiet_seconds,
            helped_by=UUID(identity.helped_by) if identity.helped_by else None,
        )
        async with self._work(session) as work:
            await rows.insert_session(work, _hash(session.cookie), row)
        return session

    async def find(self, cookie: str) -> Session | None:
        async with self._reading() as work:
            row = await rows.find_session(work, _hash(cookie))
        if row is None:
            return None
        session = Session(
            cookie,
            IdentitySession(
                str(row.person),
                row.identity_session,
                _open(cookie, row.sealed_key),
                row.hats,
                row.expires_at,
                row.quiet_seconds,
                str(row.helped_by or ""),
            ),
            str(row.acting_for or ""),
        )
        if self._clock.now() - row.used_at > _use_recorded_every(row.quiet_seconds):
            async with self._work(session) as work:
                await rows.record_use(work, _hash(cookie))
        return session

    async def set_hats(self, session: Session, hats: Sequence[str]) -> None:
        async with self._work(session) as work:
            await rows.set_hats(work, _hash(session.cookie), hats)

    async def set_acting_for(self, session: Session, subject: str) -> Session:
        async with self._work(session) as work:
            await rows.set_acting_for(work, _hash(session.cookie), UUID(subject) if subject else None)
        return replace(session, acting_for=subject)

    async def record_helped_page(self, session: Session, path: str) -> None:
        identity = session.identity
        async with self._work(session) as work:
            await helped_pages.add(work, UUID(identity.person_id), UUID(identity.helped_by), identity.session_id, path)

    async def list_helped_pages(self, person_id: str, session_ids: Sequence[str]) -> Sequence[HelpedPage]:
        async with self._database.query_work(callers.person(UUID(person_id)), self._clock.now()) as work:
            pages = await helped_pages.list_of(work, UUID(person_id), session_ids)
        return [HelpedPage(page.identity_session, page.path, page.at) for page in pages]

    async def end(self, session: Session) -> None:
        async with self._work(session) as work:
            await rows.delete_session(work, _hash(session.cookie))

    def _work(self, session: Session) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._database.work(callers.person(UUID(session.identity.person_id)), self._clock.now())

    def _reading(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return self._database.query_work(callers.ANONYMOUS, self._clock.now())


def _use_recorded_every(quiet_seconds: int) -> timedelta:
    """A session may end so much before its quiet time is over; it never goes on longer."""
    return timedelta(seconds=quiet_seconds / _USES_IN_A_QUIET_TIME) if quiet_seconds else _USE_RECORDED_EVERY


def _hash(cookie: str) -> bytes:
    return hashlib.sha256(b"kith session\n" + cookie.encode()).digest()


def _cipher(cookie: str) -> AESGCM:
    # The cookie is 256 random bits, so one hash is enough to derive the key.
    return AESGCM(hashlib.sha256(b"kith session key\n" + cookie.encode()).digest())


def _seal(cookie: str, key: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + _cipher(cookie).encrypt(nonce, key.encode(), None)


def _open(cookie: str, sealed: bytes) -> str:
    return _cipher(cookie).decrypt(sealed[:_NONCE], sealed[_NONCE:], None).decode()
