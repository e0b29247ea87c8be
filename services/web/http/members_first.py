"""Members first: requests without a session wait for each other, so that strangers cannot crowd members out.

All pages share one core. Two hundred clients that try passwords would have each member's page wait behind two hundred others. So only a few
requests of strangers are worked on at once; the rest wait in line, each for a few seconds at most, and cost nothing meanwhile. Trying a
password takes the longest and has a line of its own: whoever signs in with a card does not stand behind it.

A request counts as a member's when it has a session cookie, true or not: whether it is true costs one look into the database, and one
address has few requests at once (`libs/host/http_requests.py`).
"""

import asyncio
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.web.http.request_body import MAX_BYTES

_RETRY_SECONDS = "5"


class Line:
    """Lets so many requests through at once. The others wait in the order in which they came."""

    def __init__(self, at_once: int, *, waiting: int = 400, seconds: float = 8.0) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._seconds = seconds
        self._may_wait = waiting
        self._waiting = 0

    async def enter(self) -> bool:
        """Whether the request may go on; False when too many wait, or it has waited too long. To be left by `leave`."""
        if self._slots.locked() and self._waiting >= self._may_wait:
            return False
        self._waiting += 1
        try:
            async with asyncio.timeout(self._seconds):
                await self._slots.acquire()
        except TimeoutError:
            return False
        finally:
            self._waiting -= 1
        return True

    def leave(self) -> None:
        self._slots.release()


class MembersFirst:
    """An ASGI middleware. `lines` are those of certain paths; all other requests of strangers share one."""

    def __init__(self, app: ASGIApp, session_cookie: str, lines: Mapping[str, Line], other: Line) -> None:
        self._app = app
        self._session_cookie = session_cookie
        self._lines = lines
        self._other = other

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._has_session(scope):
            await self._app(scope, receive, send)
            return
        # The body first: who sends it slowly must not hold a place in which others could be answered.
        body = await _read_ahead(receive)
        line = self._lines.get(scope["path"], self._other) if scope["method"] == "POST" else self._other
        if not await line.enter():
            busy = PlainTextResponse(
                "Too many people are here at once. Please try again in a moment.\n", 503, {"retry-after": _RETRY_SECONDS}
            )
            await busy(scope, receive, send)
            return
        await self._respond(line, scope, _replay(body, receive), send)

    async def _respond(self, line: Line, scope: Scope, receive: Receive, send: Send) -> None:
        """Leaves the line once the response begins: who takes it slowly must not hold a place either."""
        has_left = False

        async def send_and_leave(message: Message) -> None:
            nonlocal has_left
            if not has_left:
                has_left = True
                line.leave()
            await send(message)

        try:
            await self._app(scope, receive, send_and_leave)
        finally:
            if not has_left:
                line.leave()

    def _has_session(self, scope: Scope) -> bool:
        return self._session_cookie in cookie_parser(Headers(scope=scope).get("cookie", ""))


async def _read_ahead(receive: Receive) -> list[Message]:
    """The messages of a body, up to the size of the largest form; whatever is larger is refused by the page."""
    messages, size = [], 0
    while size <= MAX_BYTES:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if not message.get("more_body", False):
            break
    return messages


def _replay(messages: list[Message], receive: Receive) -> Receive:
    """Receives the messages again, then whatever follows."""

    async def receive_again() -> Message:
        return messages.pop(0) if messages else await receive()

    return receive_again
