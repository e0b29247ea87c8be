"""The HTTP server for operators and health probes: /livez, /readyz, /startz, /metrics. On loopback by default."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Sequence

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from libs.database.wakeups import wait_for_event
from libs.host.health_reasons import sentence_of
from libs.host.status import StatusServicer
from libs.observe.metrics import LOOP_LAG

MAX_LAG_SECONDS = 1.0
_INTERVAL_SECONDS = 1.0
_DATE_SECONDS = 10.0


class HealthSnapshot:
    """Measures how late the event loop runs; /livez fails when `lag` is too large."""

    def __init__(self) -> None:
        self.lag = 0.0
        self.worst = 0.0

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _INTERVAL_SECONDS
            await asyncio.sleep(_INTERVAL_SECONDS)
            self.lag = max(0.0, loop.time() - due)
            self.worst = max(self.worst, self.lag)
            LOOP_LAG.set(self.lag)


def operations_app(health: HealthSnapshot, statuses: Sequence[StatusServicer]) -> Starlette:
    """The probe endpoints, covering every service of this process."""

    async def livez(_: Request) -> Response:
        return PlainTextResponse("alive\n", 200 if health.lag < MAX_LAG_SECONDS else 503)

    async def readyz(_: Request) -> Response:
        healths = await asyncio.gather(*(status.health() for status in statuses))
        ready = {status.name: health.ready for status, health in zip(statuses, healths, strict=True)}
        degraded = {status.name: list(health.reasons) for status, health in zip(statuses, healths, strict=True) if health.reasons}
        sentences = {reason: sentence_of(reason) for reasons in degraded.values() for reason in reasons}
        body: dict[str, object] = {"ready": all(ready.values()), "services": ready, "degraded": degraded}
        if sentences:
            body["why"] = sentences
        return JSONResponse(body, 200 if body["ready"] else 503)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return Starlette(
        routes=[Route("/livez", livez), Route("/readyz", readyz), Route("/startz", readyz), Route("/metrics", metrics)],
    )


class HttpServer:
    """uvicorn in our event loop; the host, not uvicorn, handles signals and decides when to stop."""

    def __init__(self, app: ASGIApp, address: str) -> None:
        host, port = address.rsplit(":", 1)
        self.address = address
        self._host, self._port = host.strip("[]"), int(port)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            date_header=True,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=3,
            h11_max_incomplete_event_size=32 * 1024,
            proxy_headers=False,
        )
        self._server = _EmbeddedServer(config)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Raises OSError, with a plain sentence, when the address is taken."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
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

    async def stop(self) -> None:
        self._server.request_stop()
        if self._task is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await self._task


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
