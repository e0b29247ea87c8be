"""The backing services, PostgreSQL and NATS: started before Kith's services, supervised, and stopped after them."""

import asyncio
import re
from collections.abc import Awaitable, Callable

from libs.host.backing.addresses import NatsAddress, PostgresAddress
from libs.host.backing.errors import BackingStartError
from libs.host.backing.external_servers import check_external_nats, check_external_postgres
from libs.host.backing.launch import Launcher
from libs.host.backing.nats_server import NatsServer
from libs.host.backing.postgres_server import PostgresServer
from libs.host.backing.server_events import OnServerEvent, ServerEvent, ServerEventKind, ignore_event
from libs.host.backing.settings import BackingSettings
from libs.host.data_folder import DataFolder, FolderInUse, FolderLock, FolderUnusable

__all__ = [
    "BackingServices",
    "BackingSettings",
    "BackingStartError",
    "DataFolder",
    "FolderInUse",
    "FolderLock",
    "FolderUnusable",
    "NatsAddress",
    "PostgresAddress",
    "ServerEvent",
    "ServerEventKind",
    "start_backing_services",
]

PASSWORD_PATTERN = re.compile(r"[A-Za-z0-9_-]{16,}")


class BackingServices:
    """The two running servers. `own_postgres` and `own_nats` are None for an external server, run by the operator."""

    def __init__(
        self,
        postgres: PostgresAddress,
        nats: NatsAddress,
        own_postgres: PostgresServer | None,
        own_nats: NatsServer | None,
        lock: FolderLock | None,
    ) -> None:
        self.postgres = postgres
        self.nats = nats
        self._own_postgres = own_postgres
        self._own_nats = own_nats
        self._lock = lock

    @property
    def postgres_pid(self) -> int | None:
        """The process id of Kith's own PostgreSQL; None when it is not running or is external."""
        return self._own_postgres.pid if self._own_postgres else None

    @property
    def nats_pid(self) -> int | None:
        """The process id of Kith's own NATS; None when it is not running or is external."""
        return self._own_nats.pid if self._own_nats else None

    @property
    def restart_nats(self) -> Callable[[], Awaitable[None]] | None:
        """Ends Kith's own NATS, which its supervision then starts again; None for an external one."""
        return self._own_nats.restart if self._own_nats is not None else None

    async def stop(self) -> None:
        """Stop NATS, then PostgreSQL, where they are Kith's own, and release the lock; takes about 35 s at worst."""
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


async def start_backing_services(
    folder: DataFolder, settings: BackingSettings, *, on_event: OnServerEvent = ignore_event, lock: FolderLock | None = None
) -> BackingServices:
    """Start both servers, at the same time, and supervise them until `stop`.

    `lock` is the folder's lock if the caller already holds it (and keeps it); otherwise it is taken here and `stop` releases it.
    Raises FolderInUse, FolderUnusable or BackingStartError, each with a sentence to show, after stopping any server that did start.
    """
    taken = folder.lock() if lock is None else None
    try:
        return await _start_servers(folder, settings, on_event, taken)
    except BaseException:
        if taken is not None:
            taken.release()
        raise


async def _start_servers(
    folder: DataFolder, settings: BackingSettings, on_event: OnServerEvent, lock: FolderLock | None
) -> BackingServices:
    for name, url, secret in (
        ("PostgreSQL", settings.postgres_url, settings.postgres_password),
        ("NATS", settings.nats_url, settings.nats_password),
    ):
        if url is None and not PASSWORD_PATTERN.fullmatch(secret):
            message = f"The password for Kith's own {name} must be at least 16 letters, digits, '-' or '_'."
            raise BackingStartError(message)
    own_postgres = own_nats = None
    if settings.postgres_url is None or settings.nats_url is None:
        launcher = Launcher.for_folder(folder)
        if launcher.account is not None:
            await on_event(
                ServerEvent(
                    "postgres", ServerEventKind.ACCOUNT, f"Kith runs as root; its servers run as the account {launcher.account.name}."
                )
            )
        own_postgres = PostgresServer(launcher, settings, on_event) if settings.postgres_url is None else None
        own_nats = NatsServer(launcher, settings, on_event) if settings.nats_url is None else None
    postgres_task = asyncio.create_task(own_postgres.start() if own_postgres else check_external_postgres(str(settings.postgres_url)))
    nats_task = asyncio.create_task(own_nats.start() if own_nats else _check_external_nats(str(settings.nats_url), on_event))
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
    return BackingServices(postgres, nats, own_postgres, own_nats, lock)


async def _check_external_nats(url: str, on_event: OnServerEvent) -> NatsAddress:
    address, problem = await check_external_nats(url)
    if problem is not None:
        await on_event(ServerEvent("nats", ServerEventKind.UNREACHABLE, problem))
    return address
