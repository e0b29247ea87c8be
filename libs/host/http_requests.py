"""Limits how many requests of one address are answered at once, so that one client cannot occupy everything behind the pages."""

from collections import Counter

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from libs.host.http_limits import address_group

_RETRY_SECONDS = "5"


class RequestLimit:
    """An ASGI middleware. The address is that of the scope: behind a trusted proxy the one that it forwards."""

    def __init__(self, app: ASGIApp, of_an_address: int) -> None:
        self._app = app
        self._limit = of_an_address
        self._running: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        group = address_group(client[0]) if client else ""
        if self._running[group] >= self._limit:
            refusal = PlainTextResponse("Too many requests at once. Please try again.\n", 503, {"retry-after": _RETRY_SECONDS})
            await refusal(scope, receive, send)
            return
        self._running[group] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._running[group] -= 1
            if not self._running[group]:
                del self._running[group]
