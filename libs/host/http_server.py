"""uvicorn in our event loop, with limits; the host, not uvicorn, handles signals and decides when to stop."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from functools import partial
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from libs.database.wakeups import wait_for_event
from libs.host.http_limits import ConnectionRegister, HttpLimits
from libs.host.http_protocol import LimitedHttpProtocol
from libs.host.http_requests import RequestLimit
from libs.host.trusted_proxies import VIA_TRUSTED_PROXY, TrustedProxies
from libs.observe.logs import logger

LOG = logger("http")
_FORWARDED_FOR = b"x-forwarded-for"
_DATE_SECONDS = 10.0
_ACCEPTED_AT_ONCE = 4
"""Connections that are accepted before anything else gets its turn: about a millisecond of work. A page takes many turns of the event
loop, some for each call and each statement, and each is as long as what strangers may put into it. asyncio tries this often again when
files run out, each with a line in the log."""
_WAITING_TO_BE_ACCEPTED = 1024
"""The kernel's queue, so that a burst of newcomers does not push members out of it."""


class HttpServer:
    """One listening address."""

    def __init__(self, app: ASGIApp, address: str, limits: HttpLimits) -> None:
        host, port = address.rsplit(":", 1)
        self.address = address
        self._host, self._port = host.strip("[]"), int(port)
        self.connections = ConnectionRegister(limits)
        # uvicorn takes a class; a partial of one is called the same way.
        protocol = cast("type[Any]", partial(LimitedHttpProtocol, limits, self.connections))
        config = uvicorn.Config(
            RequestLimit(app, limits.requests_of_an_address),
            http=protocol,
            ws="none",
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            date_header=True,
            backlog=_ACCEPTED_AT_ONCE,
            timeout_keep_alive=limits.idle_seconds,
            timeout_graceful_shutdown=3,
            h11_max_incomplete_event_size=32 * 1024,
            proxy_headers=bool(limits.trusted_proxies),
            forwarded_allow_ips=limits.trusted_proxies.text,
        )
        config.load()
        config.loaded_app = cast("Any", MarkProxied(config.loaded_app, limits.trusted_proxies))
        self._server = _EmbeddedServer(config)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Raises OSError, with a plain sentence, when the address is taken."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        # asyncio sends at once (TCP_NODELAY) where the protocol is named; otherwise a page waits 40 ms for the browser's acknowledgement.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self._host, self._port))
        except OSError as error:
            listener.close()
            message = f"{self.address} cannot be listened on ({error.strerror}): is another Kith, or another program, using it?"
            raise OSError(message) from error
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]), name=f"http-{self.address}")
        while not self._server.started and not self._task.done():
            await asyncio.sleep(0.01)
        listener.listen(_WAITING_TO_BE_ACCEPTED)

    async def stop(self) -> None:
        self._server.request_stop()
        if self._task is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await self._task


class MarkProxied:
    """Notes in the scope whether the other end of the connection is a trusted proxy, before the address it forwards takes its place."""

    def __init__(self, app: ASGIApp, proxies: TrustedProxies) -> None:
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if not self._proxies and client is not None and any(name == _FORWARDED_FOR for name, _ in scope.get("headers", ())):
            self._note_forwarding(client[0])
        scope[VIA_TRUSTED_PROXY] = client is not None and client[0] in self._proxies
        await self._app(scope, receive, send)

    def _note_forwarding(self, address: str) -> None:
        if self._proxies.note_forwarding(address):
            LOG.warning(
                "trusted_proxies_empty", hint="a web server in front names its clients; set trusted_proxies, or all share one limit"
            )


class _EmbeddedServer(uvicorn.Server):
    """uvicorn without its signal handlers, and without checking ten times a second whether it should stop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._stopping = asyncio.Event()

    def request_stop(self) -> None:
        self.should_exit = True
        self._stopping.set()

    async def main_loop(self) -> None:
        while not self._stopping.is_set():
            # Renews the Date header, which nobody reads to the second.
            await self.on_tick(0)
            await wait_for_event(self._stopping, _DATE_SECONDS)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
