"""What operators and health probes ask for: /livez, /readyz, /startz, /metrics. On loopback by default.

It has an HTTP server, and limits, of its own: whatever happens to the pages, it answers.
"""

import asyncio
from collections.abc import Sequence

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from libs.host.health_reasons import sentence_of
from libs.host.http_limits import HttpLimits
from libs.host.status import StatusServicer
from libs.observe.metrics import LOOP_LAG

MAX_LAG_SECONDS = 1.0
_INTERVAL_SECONDS = 1.0
OPERATIONS_LIMITS = HttpLimits(connections=100, connections_of_an_address=100, head_seconds=5.0, body_seconds=5.0)
"""All probes may come from one address."""


class EventLoopLag:
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


def operations_app(event_loop: EventLoopLag, statuses: Sequence[StatusServicer]) -> Starlette:
    """The probe endpoints, covering every service of this process."""

    async def livez(_: Request) -> Response:
        return PlainTextResponse("alive\n", 200 if event_loop.lag < MAX_LAG_SECONDS else 503)

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
