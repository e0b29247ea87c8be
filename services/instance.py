"""A co-op on one machine: reads its data folder and runs all its services in one process."""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Collection
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from libs.host.data_folder import DataFolder
from services.co_op_settings import CoOpSettings, InstanceUnusableError, read_settings
from services.topology import SERVICE_NAMES, SERVICES, ServiceEntry

if TYPE_CHECKING:
    # A command that only makes calls opens the folder as well, and needs no settings of services, servers or keys for that.
    import grpc

    from libs.database.bootstrap import DatabaseRoles
    from libs.host.backing import BackingServices, BackingSettings
    from libs.host.backing.server_events import ServerEvent
    from libs.host.founded_folder import FolderPart, FoundedFolder
    from libs.host.instance_keys import InstanceKeys
    from libs.host.settings import ServiceSettings, SharedSettings

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Instance:
    """A data folder with its settings and keys. Reading them raises InstanceUnusableError or KeysUnusableError."""

    def __init__(self, path: Path) -> None:
        self.folder = DataFolder(path)

    @cached_property
    def co_op(self) -> CoOpSettings:
        return read_settings(self.folder.settings)

    @cached_property
    def keys(self) -> "InstanceKeys":
        from libs.host import instance_keys

        return instance_keys.read_keys(self.folder.keys, SERVICE_NAMES)

    @property
    def clock_file(self) -> Path:
        """Holds the seconds by which a demonstration's clock is shifted."""
        return self.folder.path / "clock-offset"

    @property
    def operator_file(self) -> Path:
        """Holds the id of the person in whose name commands on this machine act."""
        return self.folder.operator

    def address(self, service: str) -> str:
        return self.co_op.service_addresses.get(service) or f"unix:{self.folder.sockets / service}.sock"

    def channel(self, service: str) -> "grpc.aio.Channel":
        """Opens a channel to a running service: over TCP with the certificate `cli`, or over a socket in the data folder."""
        from libs.rpc.client import open_channel
        from libs.rpc.tls import TlsCredentials

        return open_channel(
            self.address(service), TlsCredentials(self.folder.keys / "tls", "cli") if service in self.co_op.service_addresses else None
        )

    async def run(
        self,
        ready: Callable[[], Awaitable[None]],
        report: Callable[[str], None],
        replaced: "Collection[FolderPart]" = (),
        *,
        trust_clock: bool = False,
        accept_older_data: bool = False,
    ) -> None:
        """Starts everything, waits for SIGTERM or SIGINT, then stops everything in order.

        `replaced` are lost parts to make anew; `trust_clock` says that a person has looked at the machine's clock,
        `accept_older_data` that the database is taken although it was set back.

        A signal during the start cancels it: whatever has started is stopped, and the run ends as cancelled.
        Raises FolderInUse, FolderUnusable, BackingStartError, KeysUnusableError, InstanceUnusableError or OSError (a port is
        taken), each with a sentence to show.
        """
        from libs.host import backing

        if self.co_op.service_addresses:
            message = f"{self.co_op.name} runs with every service as a process of its own ([services] in {self.folder.settings})."
            raise InstanceUnusableError(message)
        lock = self.folder.lock()
        try:
            founded = self._check_folder(report, replaced)
            settings = self._backing_settings()
            _cancel_on_signals()
            # Loading the services' code takes as long as starting the servers: both at once. Both need the client of NATS, whose modules
            # import one another: two threads that import them at once can wait for each other (`_DeadlockError`).
            import_module("nats.js")
            starting = asyncio.create_task(
                backing.start_backing_services(self.folder, settings, on_event=_ServerEventReporter(report), lock=lock)
            )
            loading = asyncio.create_task(asyncio.to_thread(import_services))
            servers = await starting
            try:
                await loading
                await self._run(servers, ready, founded, replaced, trust_clock=trust_clock, accept_older_data=accept_older_data)
            finally:
                await servers.stop()
        finally:
            lock.release()

    def _check_folder(self, report: Callable[[str], None], replaced: "Collection[FolderPart]") -> "FoundedFolder":
        """Refuses a founded folder that lost a part, and makes the keys of services that came with this version."""
        from libs.host import instance_keys
        from libs.host.founded_folder import FoundedFolder

        co_op, keys = self.co_op, self.folder.keys
        founded = FoundedFolder(self.folder, instance_keys.services_with_keys(keys, SERVICE_NAMES))
        founded.refuse_if_incomplete(own_postgres=co_op.postgres_url is None, own_nats=co_op.nats_url is None, replaced=replaced)
        if founded.is_founded:
            # Recorded before keys are made: a start that is killed after that must not take a new service for one that lost its database.
            founded.record(founded.databases)
        new_services = [name for name in SERVICE_NAMES if name not in founded.databases]
        if new := instance_keys.create_missing_service_keys(keys, co_op.id, new_services):
            report(f"Keys were made for what came with this version: {', '.join(new)}.")
        return founded

    def _backing_settings(self) -> "BackingSettings":
        from libs.host import backing

        co_op, keys = self.co_op, self.keys
        return backing.BackingSettings(
            postgres_password=keys.postgres_password,
            nats_password=keys.nats_password,
            postgres_url=co_op.postgres_url,
            nats_url=co_op.nats_url,
            provider=co_op.provider,
        )

    async def _run(
        self,
        servers: "BackingServices",
        ready: Callable[[], Awaitable[None]],
        founded: "FoundedFolder",
        replaced: "Collection[FolderPart]",
        *,
        trust_clock: bool,
        accept_older_data: bool,
    ) -> None:
        from libs.database.engine import DATABASE_ERRORS, refusal_for_database_error
        from libs.host import backing
        from libs.host.founded_folder import FolderPart, database_lost
        from libs.host.process import Process
        from services.database_setup import DatabasesMissingError, ServiceDatabase, prepare_databases

        admin = servers.postgres.url()
        databases = {service.name: ServiceDatabase(self._roles(service), admin) for service in SERVICES}
        required = frozenset() if FolderPart.DATABASE in replaced else founded.databases
        try:
            await prepare_databases(admin, list(databases.values()), required)
        except DatabasesMissingError as error:
            raise database_lost(self.folder.path, error.services) from None
        except DATABASE_ERRORS as error:
            refusal = refusal_for_database_error(error)
            if refusal is not None and refusal.reason != "DATABASE_DAMAGED":
                message = f"PostgreSQL did not let Kith prepare its databases ({refusal.reason}, {type(error).__name__})."
                raise backing.BackingStartError(message) from error
            message = f"PostgreSQL runs, and its data cannot be used ({type(error).__name__}). Restore the backup of the data."
            raise InstanceUnusableError(message) from error
        shared = self._shared(servers).model_copy(update={"trust_clock": trust_clock, "accept_older_data": accept_older_data})
        parts = [service.part(shared, self.service_settings(service, databases[service.name].run_url)) for service in SERVICES]

        async def founded_and_ready() -> None:
            await ready()
            founded.record(SERVICE_NAMES)

        await Process(shared, parts, self.co_op.id, servers.restart_nats).run(founded_and_ready)

    def _roles(self, service: ServiceEntry) -> "DatabaseRoles":
        from libs.database.bootstrap import DatabaseRoles

        return DatabaseRoles(service.name, self.keys.passwords[service.name, "owner"], self.keys.passwords[service.name, "run"])

    def _shared(self, servers: "BackingServices") -> "SharedSettings":
        from libs.host.settings import SharedSettings

        nats = servers.nats
        return SharedSettings(
            co_op=self.co_op.id,
            nats_url=",".join(nats.servers),
            nats_user=nats.user or "",
            nats_password=nats.password or "",
            token_key_file=self.folder.keys / "token.pub.pem",
            traces_endpoint=self.co_op.traces_endpoint,
            traces_file=self.co_op.traces_file,
            traces_sample=self.co_op.traces_sample,
            operations_address=self.co_op.operations_address,
            data_folder=self.folder.path,
            clock_max_days_ahead=self.co_op.clock_max_days_ahead,
            clock_file=self.clock_file if self.co_op.demo else None,
        )

    def service_settings(self, service: ServiceEntry, database_url: str) -> "ServiceSettings":
        """The settings with which a service of this co-op starts: what it asks for by name, and its files in the data folder."""
        co_op = self.co_op
        known: dict[str, object] = {
            "address": self.address(service.name),
            "database_url": database_url,
            "co_op_id": co_op.id,
            "co_op_name": co_op.name,
            "zone": co_op.zone.key,
            "phone": co_op.phone,
            "page_address": co_op.web_address,
            "public_url": co_op.public_url,
            "trusted_proxies": co_op.trusted_proxies,
            "shared_session_minutes": co_op.shared_session_minutes,
            "quiet_minutes": co_op.quiet_minutes,
            "mail_host": co_op.mail.host,
            "mail_port": co_op.mail.port,
            "mail_tls": co_op.mail.tls,
            "mail_user": co_op.mail.user,
            "mail_password_file": co_op.mail.password_file,
            "mail_from": co_op.mail.sender,
            "mail_authority_file": co_op.mail.authority_file,
            "border_address": co_op.border_address,
            "endpoint": co_op.endpoint,
            **{f"{name}_address": self.address(name) for name in SERVICE_NAMES},
        }
        fields = service.settings_class.model_fields
        files = {name: self.folder.path / field.default for name, field in fields.items() if isinstance(field.default, Path)}
        return service.make_settings(**files, **{name: value for name, value in known.items() if name in fields})


def _cancel_on_signals() -> None:
    """Lets the first signal cancel the start; a second one must not interrupt the shutdown. Later the host sets its own handlers."""
    from libs.observe import logs

    loop, starting, log = asyncio.get_running_loop(), asyncio.current_task(), logs.logger("instance")

    def cancel_start() -> None:
        for number in _SIGNALS:
            loop.add_signal_handler(number, log.info, "stopping_already")
        if starting is not None:
            starting.cancel()

    for number in _SIGNALS:
        loop.add_signal_handler(number, cancel_start)


class _ServerEventReporter:
    """Passes on notices of the backing services."""

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report

    async def __call__(self, event: "ServerEvent") -> None:
        from libs.host.backing.server_events import ServerEventKind
        from libs.observe import logs
        from libs.observe.metrics import CHILD_RESTARTS

        logs.logger("instance").info("backing", server=event.server, happened=event.kind.value)
        if event.kind is ServerEventKind.RESTARTED:
            CHILD_RESTARTS.labels(event.server).inc()
        # Nobody may read the output any more, or the disk may be full; the servers are supervised all the same.
        with contextlib.suppress(OSError):
            self._report(event.sentence)


def import_services() -> None:
    """Loads the code of every service and of what they run in."""
    import_module("libs.host.process")
    import_module("services.database_setup")
    for service in SERVICES:
        import_module(f"services.{service.name}.component")
