"""The message bus: the connection to NATS, and the JetStream stream to which each service publishes its events."""

import asyncio
import contextlib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import BadRequestError, NotFoundError

from libs.observe.logs import logger

LOG = logger("bus")
DAY = 24 * 3600.0
STREAM_MAX_AGE_SECONDS = 7 * DAY
STREAM_MAX_BYTES = 256 * 1024 * 1024
DUPLICATE_WINDOW_SECONDS = 120.0
ANSWER_SECONDS = 1.4
"""How long a server that is well may take to answer, over a slow line too; those who ask after our health wait for it."""


@dataclass(frozen=True)
class BusAddress:
    """The address and login of NATS; the password never appears in the URL, which is logged."""

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
        self._reconnect_events: list[asyncio.Event] = []

    @property
    def connected(self) -> bool:
        return self.client.is_connected

    async def answers(self) -> bool:
        """Whether JetStream answers just now: a stopped server keeps its connection, and says nothing.

        Over a slow line the answer may take long; a server that sends anything else meanwhile is there. It is asked with a request and not
        with a ping: a pong that comes after `flush` gave up ends the client's read loop (nats-py 2.x).
        """
        if not self.connected:
            return False
        received = self.client.stats["in_msgs"]
        try:
            await self.client.request("$JS.API.INFO", timeout=ANSWER_SECONDS)
        except (NatsError, OSError, TimeoutError):
            return self.connected and self.client.stats["in_msgs"] > received
        return self.connected

    def start(self) -> None:
        """Starts connecting, without waiting for it."""
        self._connecting = asyncio.create_task(self._connect(), name="bus-connect")

    async def wait_connected(self) -> None:
        """Waits for the first connection."""
        if self._connecting is not None:
            await asyncio.shield(self._connecting)

    @contextlib.contextmanager
    def set_on_reconnect(self, event: asyncio.Event) -> Iterator[None]:
        """Sets the event after every reconnection: the server has forgotten what it was asked before."""
        self._reconnect_events.append(event)
        try:
            yield
        finally:
            self._reconnect_events.remove(event)

    async def ensure_stream(self, source: str) -> None:
        """Creates the source's stream if it is missing: at the first start, and after its store was lost."""
        config = StreamConfig(
            name=stream_name(source),
            subjects=[f"kith.{source}.>"],
            retention=RetentionPolicy.LIMITS,
            storage=StorageType.FILE,
            max_age=STREAM_MAX_AGE_SECONDS,
            max_bytes=STREAM_MAX_BYTES,
            duplicate_window=DUPLICATE_WINDOW_SECONDS,
        )
        try:
            await self.js.stream_info(stream_name(source))
        except NotFoundError:
            # Another process may have created it in the meantime.
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
            self._address.url.split(","), error_cb=_on_error, disconnected_cb=_on_disconnect, reconnected_cb=self._on_reconnect, **options
        )

    async def _on_reconnect(self) -> None:
        LOG.info("bus_back")
        for event in self._reconnect_events:
            event.set()


async def _on_error(error: Exception) -> None:
    LOG.debug("bus_error", error=type(error).__name__)


async def _on_disconnect() -> None:
    LOG.warning("bus_lost")


def stream_name(source: str) -> str:
    return f"KITH_{source.upper()}"


def head_subject(source: str) -> str:
    """The subject to which a source publishes its head: its latest sequence number."""
    return f"kith-heads.{source}"


def request_subject(source: str, operation: str) -> str:
    """The subject on which a source answers requests: `head` or `replay`."""
    return f"kith-ask.{source}.{operation}"
