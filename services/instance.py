"""One co-op on one machine: from its data folder to all its services running in one process."""

import asyncio
import contextlib
import signal
import tomllib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from libs.database.bootstrap import Roles
from libs.host import backing, instance_keys
from libs.host.backing import Backing, BackingSettings
from libs.host.backing.notices import Event, Notice
from libs.host.backing.settings import Provider
from libs.host.folder import DataFolder
from libs.host.instance_keys import InstanceKeys
from libs.host.settings import Service, Shared
from libs.observe.logs import logger
from libs.observe.metrics import CHILD_RESTARTS
from services.topology import SERVICES, Named

if TYPE_CHECKING:
    import grpc

LOG = logger("instance")
_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_PROVIDERS: dict[str, Provider] = {"any": "any", "wheel": "wheel", "path": "path"}


class InstanceUnusableError(Exception):
    """The data folder does not hold what a start needs; the text says what, and what to do."""


@dataclass(frozen=True)
class CoOp:
    """What `kith.toml` says."""

    id: str
    name: str
    zone: ZoneInfo
    phone: str
    demo: bool
    web_address: str
    public_url: str
    operations_address: str
    postgres_url: str | None
    nats_url: str | None
    provider: Provider
    traces_endpoint: str
    traces_file: str
    traces_sample: float
    border_address: str
    """Where other co-ops reach this one's machine; empty = it has no inbound port and calls others."""
    endpoint: str
    """The same as others write it, `host:port`."""
    elsewhere: Mapping[str, str]
    """Where each service answers over TCP, when they run as processes of their own; empty when they run in this one."""


class Instance:
    """A data folder with its settings and keys. Reading them raises InstanceUnusableError or KeysUnusableError."""

    def __init__(self, path: Path) -> None:
        self.folder = DataFolder(path)

    @cached_property
    def co_op(self) -> CoOp:
        return _read(self.folder.settings)

    @cached_property
    def keys(self) -> InstanceKeys:
        return instance_keys.read(self.folder.keys)

    @property
    def clock_file(self) -> Path:
        """A demonstration's clock is shifted by the seconds in here."""
        return self.folder.path / "clock-offset"

    @property
    def steward(self) -> Path:
        """The person whose name the acts of this machine's command line bear."""
        return self.folder.path / "steward"

    @property
    def anchor(self) -> Path:
        """What federation signed, outside the database and its backups."""
        return self.folder.path / "anchor"

    def address(self, service: str) -> str:
        return self.co_op.elsewhere.get(service) or f"unix:{self.folder.sockets / service}.sock"

    def channel(self, service: str) -> "grpc.aio.Channel":
        """The way to a running service: over TCP with the certificate `cli`, or through the data folder."""
        from libs.rpc.client import channel
        from libs.rpc.tls import Tls

        return channel(self.address(service), Tls(self.folder.keys / "tls", "cli") if service in self.co_op.elsewhere else None)

    async def run(self, ready: Callable[[], Awaitable[None]], told: Callable[[str], None]) -> None:
        """Everything up, until SIGTERM or SIGINT, then everything down, in order.

        A signal before everything is up gives the start up: what did start is stopped, and the run ends as cancelled.
        Raises FolderInUse, FolderUnusable, CannotStart, KeysUnusableError, InstanceUnusableError or OSError (a port is taken), each with a
        sentence to show.
        """
        co_op = self.co_op
        if new := instance_keys.add_new_services(self.folder.keys, co_op.id):
            told(f"Keys were made for what came with this version: {', '.join(new)}.")
        keys = self.keys
        if co_op.elsewhere:
            message = f"{co_op.name} runs with every service as a process of its own ([services] in {self.folder.settings})."
            raise InstanceUnusableError(message)
        settings = BackingSettings(
            postgres_password=keys.postgres_password,
            nats_password=keys.nats_password,
            postgres_url=co_op.postgres_url,
            nats_url=co_op.nats_url,
            provider=co_op.provider,
        )
        lock = self.folder.lock()
        _give_up_on_signals()
        try:
            # Loading the services' code takes as long as starting the servers: both at once.
            starting = asyncio.create_task(backing.start(self.folder, settings, told=_Teller(told), lock=lock))
            loading = asyncio.create_task(asyncio.to_thread(_load))
            servers = await starting
            try:
                await loading
                await self._run(servers, ready)
            finally:
                await servers.stop()
        finally:
            lock.release()

    async def _run(self, servers: Backing, ready: Callable[[], Awaitable[None]]) -> None:
        from libs.host.process import Process
        from services.prepare import Wanted, prepare

        admin = servers.postgres.url()
        wanted = {one.name: Wanted(self._roles(one), admin) for one in SERVICES}
        await prepare(admin, list(wanted.values()))
        shared = self._shared(servers)
        parts = [one.part(shared, self.settings_of(one, wanted[one.name].run_url)) for one in SERVICES]
        await Process(shared, parts, self.co_op.id).run(ready)

    def _roles(self, one: Named) -> Roles:
        return Roles(one.name, self.keys.passwords[one.name, "owner"], self.keys.passwords[one.name, "run"])

    def _shared(self, servers: Backing) -> Shared:
        nats = servers.nats
        return Shared(
            co_op=self.co_op.id,
            nats_url=",".join(nats.servers),
            nats_user=nats.user or "",
            nats_password=nats.password or "",
            token_key_file=self.folder.keys / "token.pub.pem",
            traces_endpoint=self.co_op.traces_endpoint,
            traces_file=self.co_op.traces_file,
            traces_sample=self.co_op.traces_sample,
            operations_address=self.co_op.operations_address,
            clock_file=self.clock_file if self.co_op.demo else None,
        )

    def settings_of(self, one: Named, database_url: str) -> Service:
        """What a service of this co-op starts with."""
        keys, co_op = self.folder.keys, self.co_op
        own: dict[str, dict[str, object]] = {
            "identity": {"token_signing_key_file": keys / "token.pem", "codes_key_file": keys / "codes.key"},
            "membership": {"zone": co_op.zone.key},
            "governance": {"zone": co_op.zone.key, "co_op_id": co_op.id},
            "federation": {
                "co_op_id": co_op.id,
                "co_op_name": co_op.name,
                "root_key_file": keys / "federation/root.pem",
                "seal_key_file": keys / "federation/seal.key",
                "anchor_file": self.anchor,
                "border_address": co_op.border_address,
                "endpoint": co_op.endpoint,
                "governance_address": self.address("governance"),
            },
            "web": {
                "forms_key_file": keys / "forms.key",
                "co_op_name": co_op.name,
                "phone": co_op.phone,
                "zone": co_op.zone.key,
                "page_address": co_op.web_address,
                "public_url": co_op.public_url,
                "identity_address": self.address("identity"),
                "membership_address": self.address("membership"),
                "governance_address": self.address("governance"),
                "federation_address": self.address("federation"),
            },
        }
        return one.settings(address=self.address(one.name), database_url=database_url, **own[one.name])


def _give_up_on_signals() -> None:
    """The first signal cancels what runs now, once: a second one must not cut the stopping short. The host listens anew when it is up."""
    loop, starting = asyncio.get_running_loop(), asyncio.current_task()

    def give_up() -> None:
        for number in _SIGNALS:
            loop.add_signal_handler(number, LOG.info, "stopping_already")
        if starting is not None:
            starting.cancel()

    for number in _SIGNALS:
        loop.add_signal_handler(number, give_up)


class _Teller:
    """Passes on what the backing services have to say."""

    def __init__(self, told: Callable[[str], None]) -> None:
        self._told = told

    async def __call__(self, notice: Notice) -> None:
        LOG.info("backing", server=notice.server, happened=notice.event.value)
        if notice.event is Event.RESTARTED:
            CHILD_RESTARTS.labels(notice.server).inc()
        # Whoever listens may have gone, or have no room left to write it down; the servers are watched all the same.
        with contextlib.suppress(OSError):
            self._told(notice.sentence)


def _load() -> None:
    import_module("libs.host.process")
    import_module("services.prepare")
    for one in SERVICES:
        import_module(f"services.{one.name}.component")


def _read(file: Path) -> CoOp:
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        message = f"There is no co-op at {file.parent}. Make one with: kith init {file.parent}"
        raise InstanceUnusableError(message) from None
    except (OSError, ValueError) as error:
        message = f"{file} cannot be read: {error}"
        raise InstanceUnusableError(message) from None
    return _co_op(file, said)


def _co_op(file: Path, said: dict[str, object]) -> CoOp:
    taken = _Taken(file, said)
    web, servers, watch, border = taken.table("web"), taken.table("servers"), taken.table("watch"), taken.table("federation")
    border_address = border.text("address", "")
    zone = taken.text("zone", "UTC")
    address = web.text("address", "127.0.0.1:8400")
    provider = _PROVIDERS.get(servers.text("provider", "any"))
    if provider is None:
        message = f'{file}: [servers] provider must be "any", "wheel" or "path"'
        raise InstanceUnusableError(message)
    try:
        zone_info = ZoneInfo(zone)
    except (LookupError, ValueError):
        message = f'{file}: there is no time zone "{zone}"; write one such as "Europe/London"'
        raise InstanceUnusableError(message) from None
    return CoOp(
        id=taken.text("id"),
        name=taken.text("name"),
        zone=zone_info,
        phone=taken.text("phone", ""),
        demo=taken.flag("demo"),
        web_address=address,
        public_url=web.text("public_url", f"http://{address}"),
        operations_address=watch.text("address", _next_port(address)),
        postgres_url=servers.text("postgres_url", "") or None,
        nats_url=servers.text("nats_url", "") or None,
        provider=provider,
        traces_endpoint=watch.text("traces_endpoint", ""),
        traces_file=watch.text("traces_file", ""),
        traces_sample=float(watch.text("traces_sample", "0.05")),
        border_address=border_address,
        endpoint=border.text("endpoint", border_address),
        elsewhere=taken.table("services").texts(),
    )


class _Taken:
    """One table of the settings, read key by key."""

    def __init__(self, file: Path, said: dict[str, object], name: str = "") -> None:
        self._file = file
        self._said = said
        self._name = f"[{name}] " if name else ""

    def text(self, key: str, default: str | None = None) -> str:
        value = self._said.get(key, default)
        if not isinstance(value, str):
            message = f'{self._file}: {self._name}{key} must be a text in quotes, such as {key} = "..."'
            raise InstanceUnusableError(message)
        return value

    def texts(self) -> dict[str, str]:
        """Every key with its text."""
        return {key: self.text(key) for key in self._said}

    def flag(self, key: str) -> bool:
        value = self._said.get(key, False)
        if not isinstance(value, bool):
            message = f"{self._file}: {self._name}{key} must be true or false"
            raise InstanceUnusableError(message)
        return value

    def table(self, key: str) -> "_Taken":
        value = self._said.get(key, {})
        if not isinstance(value, dict):
            message = f"{self._file}: {key} must be a table: [{key}]"
            raise InstanceUnusableError(message)
        return _Taken(self._file, value, key)


def _next_port(address: str) -> str:
    """Operators look one port beside the pages, on this machine only."""
    try:
        return f"127.0.0.1:{int(address.rsplit(':', 1)[1]) + 1}"
    except (IndexError, ValueError):
        message = f'[web] address must be a host and a port, such as "127.0.0.1:8400"; it is "{address}"'
        raise InstanceUnusableError(message) from None
