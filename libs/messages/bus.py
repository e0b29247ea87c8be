"""The connection to NATS, and the one JetStream stream each service publishes its facts to."""

import asyncio
import contextlib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import BadRequestError, NotFoundError

from libs.observe.logs import logger

LOG = logger("bus")
DAY = 24 * 3600.0
KEPT_SECONDS = 7 * DAY
KEPT_BYTES = 256 * 1024 * 1024
DUPLICATES_SECONDS = 120.0


@dataclass(frozen=True)
class BusAddress:
    """Where NATS listens; the password never appears in the URL, which is logged."""

    url: str
    """One server, or several of a cluster with commas between."""
    user: str = ""
    password: str = ""
    ca_file: str = ""


class Bus:
    """One connection, kept for the life of the process. It reconnects for ever: a service without NATS is degraded, not dead."""

    def __init__(self, address: BusAddress, name: str) -> None:
        self._address = address
        self._name = name
        self.client = Client()
        self.js: JetStreamContext = self.client.jetstream(timeout=5)
        self._connecting: asyncio.Task[None] | None = None
        self._sleepers: list[asyncio.Event] = []

    @property
    def connected(self) -> bool:
        return self.client.is_connected

    def start(self) -> None:
        """Begins to connect, without waiting for it."""
        self._connecting = asyncio.create_task(self._connect(), name="bus-connect")

    async def ready(self) -> None:
        """Waits for the first connection."""
        if self._connecting is not None:
            await asyncio.shield(self._connecting)

    @contextlib.contextmanager
    def wakes(self, event: asyncio.Event) -> Iterator[None]:
        """Sets the event whenever the connection is there again: what was asked of the server before is asked for no longer."""
        self._sleepers.append(event)
        try:
            yield
        finally:
            self._sleepers.remove(event)

    async def ensure_stream(self, source: str) -> None:
        """Makes the source's stream when it is not there: at the first start, and after its store was lost."""
        config = StreamConfig(
            name=stream_of(source),
            subjects=[f"kith.{source}.>"],
            retention=RetentionPolicy.LIMITS,
            storage=StorageType.FILE,
            max_age=KEPT_SECONDS,
            max_bytes=KEPT_BYTES,
            duplicate_window=DUPLICATES_SECONDS,
        )
        try:
            await self.js.stream_info(stream_of(source))
        except NotFoundError:
            # Another process may have made it in between; that is as good.
            with contextlib.suppress(BadRequestError):
                await self.js.add_stream(config)

    async def close(self) -> None:
        if self._connecting is not None:
            self._connecting.cancel()
        with contextlib.suppress(Exception):
            await self.client.close()

    async def _connect(self) -> None:
        options: dict[str, Any] = {  # the client takes many keyword arguments of many types
            "name": f"kith-{self._name}",
            "allow_reconnect": True,
            "max_reconnect_attempts": -1,
            "reconnect_time_wait": 0.25,
            "connect_timeout": 2,
            "ping_interval": 5,
            "max_outstanding_pings": 2,
            "pending_size": 2 * 1024 * 1024,
        }
        if self._address.user:
            options |= {"user": self._address.user, "password": self._address.password}
        if self._address.ca_file:
            options["tls"] = ssl.create_default_context(cafile=self._address.ca_file)
        await self.client.connect(
            self._address.url.split(","), error_cb=_failed, disconnected_cb=_lost, reconnected_cb=self._back, **options
        )

    async def _back(self) -> None:
        LOG.info("bus_back")
        for event in self._sleepers:
            event.set()


def leave_when_told() -> None:
    """For loops that talk to NATS. Raises CancelledError when this task was cancelled before.

    The client turns a cancellation that finds it publishing into an error of its own, or forgets it, and so does `asyncio.wait_for` before
    Python 3.12. A loop that goes on after such an error never ends: a process that was told to stop would wait for it until it is killed,
    and a relay would go on after it lost the lead.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def _failed(error: Exception) -> None:
    LOG.debug("bus_error", error=type(error).__name__)


async def _lost() -> None:
    LOG.warning("bus_lost")


def stream_of(source: str) -> str:
    return f"KITH_{source.upper()}"


def head_subject(source: str) -> str:
    """Where a source says how far it is."""
    return f"kith-heads.{source}"


def ask_subject(source: str, what: str) -> str:
    """Where a source answers: `head` or `replay`."""
    return f"kith-ask.{source}.{what}"
