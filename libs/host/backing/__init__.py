"""PostgreSQL and NATS behind Kith: brought up before the services, watched, and stopped after them."""

import asyncio
import re

from libs.host.backing.addresses import NatsAt, PostgresAt
from libs.host.backing.hands import Hands
from libs.host.backing.nats import Nats
from libs.host.backing.notices import Event, Notice, Told, nobody
from libs.host.backing.operators import operators_nats, operators_postgres
from libs.host.backing.postgres import Postgres
from libs.host.backing.refused import CannotStart
from libs.host.backing.settings import BackingSettings
from libs.host.folder import DataFolder, FolderInUse, FolderLock, FolderUnusable

__all__ = [
    "Backing",
    "BackingSettings",
    "CannotStart",
    "DataFolder",
    "Event",
    "FolderInUse",
    "FolderLock",
    "FolderUnusable",
    "NatsAt",
    "Notice",
    "PostgresAt",
    "start",
]

SECRET = re.compile(r"[A-Za-z0-9_-]{16,}")


class Backing:
    """The two servers, up. `own_postgres` and `own_nats` are None for a server that is the operator's."""

    def __init__(
        self, postgres: PostgresAt, nats: NatsAt, own_postgres: Postgres | None, own_nats: Nats | None, lock: FolderLock | None
    ) -> None:
        self.postgres = postgres
        self.nats = nats
        self._own_postgres = own_postgres
        self._own_nats = own_nats
        self._lock = lock

    @property
    def postgres_pid(self) -> int | None:
        """The process of Kith's own PostgreSQL, None when it is not running or is the operator's."""
        return self._own_postgres.pid if self._own_postgres else None

    @property
    def nats_pid(self) -> int | None:
        """The process of Kith's own NATS, None when it is not running or is the operator's."""
        return self._own_nats.pid if self._own_nats else None

    async def stop(self) -> None:
        """Stop NATS, then PostgreSQL, as far as they are Kith's own, and give up the lock; within about 35 s at the worst."""
        try:
            if self._own_nats is not None:
                await self._own_nats.stop()
        finally:
            try:
                if self._own_postgres is not None:
                    await self._own_postgres.stop()
            finally:
                if self._lock is not None:
                    self._lock.release()


async def start(folder: DataFolder, settings: BackingSettings, *, told: Told = nobody, lock: FolderLock | None = None) -> Backing:
    """Bring both servers up, at the same time, and watch them until `stop`.

    `lock` is the folder's lock if the caller holds it already (and keeps it); otherwise it is taken here and given up by `stop`.
    Raises FolderInUse, FolderUnusable or CannotStart, each with a sentence to show, after stopping whatever did start.
    """
    taken = folder.lock() if lock is None else None
    try:
        return await _start(folder, settings, told, taken)
    except BaseException:
        if taken is not None:
            taken.release()
        raise


async def _start(folder: DataFolder, settings: BackingSettings, told: Told, lock: FolderLock | None) -> Backing:
    for name, url, secret in (
        ("PostgreSQL", settings.postgres_url, settings.postgres_password),
        ("NATS", settings.nats_url, settings.nats_password),
    ):
        if url is None and not SECRET.fullmatch(secret):
            message = f"The password for Kith's own {name} must be at least 16 letters, digits, '-' or '_'."
            raise CannotStart(message)
    own_postgres = own_nats = None
    if settings.postgres_url is None or settings.nats_url is None:
        hands = Hands.of(folder)
        if hands.account is not None:
            await told(Notice("postgres", Event.ACCOUNT, f"Kith runs as root; its servers run as the account {hands.account.name}."))
        own_postgres = Postgres(hands, settings, told) if settings.postgres_url is None else None
        own_nats = Nats(hands, settings, told) if settings.nats_url is None else None
    postgres_task = asyncio.create_task(own_postgres.start() if own_postgres else operators_postgres(str(settings.postgres_url)))
    nats_task = asyncio.create_task(own_nats.start() if own_nats else _operators_nats(str(settings.nats_url), told))
    try:
        postgres, nats = await asyncio.gather(postgres_task, nats_task)
    except BaseException:
        for task in (postgres_task, nats_task):
            task.cancel()
        await asyncio.gather(postgres_task, nats_task, return_exceptions=True)
        for own in (own_nats, own_postgres):
            if own is not None:
                await own.stop()
        raise
    return Backing(postgres, nats, own_postgres, own_nats, lock)


async def _operators_nats(url: str, told: Told) -> NatsAt:
    at, trouble = await operators_nats(url)
    if trouble is not None:
        await told(Notice("nats", Event.UNREACHABLE, trouble))
    return at
