"""Members first: those who are not known as members wait in line, so that strangers cannot crowd members out.

All pages share one core. Two hundred clients that try passwords would have each member's page wait behind two hundred others. So only a few
requests of strangers are worked on at once; the rest wait in line, each for a few seconds at most, and cost nothing meanwhile.

| who                                     | goes on                                                                        |
|-----------------------------------------|--------------------------------------------------------------------------------|
| a session cookie that was true lately   | a few at once, but for files; who has waited half a second goes on in any case |
| another session cookie                  | a few at once: whether it is true costs one look into the database             |
| nobody's                                | a few at once, by the kind of page; only while no member's request is worked on |

While members are here, a place that a stranger leaves rests, so strangers that come without end have a share of the core and not all of it.
A stranger waits for members a quarter of a second at most: a busy co-op can still be signed in to. Trying a password takes the longest and
has a line of its own: people who sign in with a card do not stand behind it.

Members wait for one another, too, because a page that is made alone is made soon: a dozen at once keep one another from ending, and each
wants a connection to the database on which nothing is planned yet (ADR 85). The half second is for a service that hangs: pages that need
others are then not held up by those that need it.
"""

import asyncio
import contextlib
import heapq
import math
import time
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from functools import partial

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.web.http.request_body import MAX_BYTES

_RETRY_SECONDS = "5"
_MAX_REST_SECONDS = 1.0
_LATELY_SECONDS = 10.0
_PATIENCE_SECONDS = 0.25
"""For which a stranger waits for members' requests."""


class Line:
    """Lets so many requests through at once. The others wait in the order in which they came.

    `rest`: for how long a place stays empty after a request, in relation to the time that the request took; a second at most.
    """

    def __init__(self, at_once: int, *, waiting: int = 400, seconds: float = 8.0, rest: float = 0.0) -> None:
        self._slots = asyncio.Semaphore(at_once)
        self._seconds = seconds
        self._rest = rest
        self._may_wait = waiting
        self._waiting = 0
        self._rested_at: list[float] = []
        """When each place that was left has rested, the earliest first."""

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
        await self._let_place_rest()
        return True

    def leave(self, seconds: float = 0.0) -> None:
        """`seconds`: how long the request took."""
        if self._rest:
            heapq.heappush(self._rested_at, time.monotonic() + min(seconds * self._rest, _MAX_REST_SECONDS))
        self._slots.release()

    async def _let_place_rest(self) -> None:
        """A request that takes a place waits until it has rested, so that no timer is needed for a place that nobody wants."""
        if not self._rested_at:
            return
        rested_at = heapq.heappop(self._rested_at)
        try:
            await asyncio.sleep(rested_at - time.monotonic())
        except asyncio.CancelledError:
            heapq.heappush(self._rested_at, rested_at)
            self._slots.release()
            raise


class WorkForMembers:
    """How many members' requests are worked on now."""

    def __init__(self) -> None:
        self._count = 0
        self._last_began = -math.inf
        self._is_none = asyncio.Event()
        self._is_none.set()

    @property
    def was_lately(self) -> bool:
        """Whether a member's request came within the last ten seconds."""
        return time.monotonic() - self._last_began < _LATELY_SECONDS

    def begin(self) -> None:
        self._count += 1
        self._last_began = time.monotonic()
        self._is_none.clear()

    def end(self) -> None:
        self._count -= 1
        if not self._count:
            self._is_none.set()

    async def wait_for_none(self, seconds: float) -> None:
        """Until no member's request is worked on, or so much time has passed."""
        if self._count:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._is_none.wait()


@dataclass(frozen=True)
class Lines:
    """Who waits behind whom."""

    members: Line
    """Of those who are known as members; it refuses nobody."""
    unproven: Line
    """Requests with a session cookie that was not seen to be true lately."""
    pages: Mapping[tuple[str, str], Line]
    """Of strangers, by method and path."""
    other: Line
    """Of strangers, everything else."""

    def of_stranger(self, scope: Scope) -> Line:
        return self.pages.get((scope["method"], scope["path"]), self.other)


class MembersFirst:
    """An ASGI middleware. `known`: the session cookies that were true lately."""

    def __init__(self, app: ASGIApp, session_cookie: str, known: Container[str], lines: Lines) -> None:
        self._app = app
        self._session_cookie = session_cookie
        self._known = known
        self._lines = lines
        self._members = WorkForMembers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # The body first: who sends it slowly must not hold a place in which others could be answered.
        body = await _read_ahead(receive)
        receive = _replay(body, receive)
        cookie = self._read_session(scope)
        if cookie and cookie in self._known:
            # The rest of a file can take minutes on a slow phone: who sends one takes no turn.
            await self._respond_to_member(scope, receive, send, in_turn=not body[-1].get("more_body", False))
            return
        line = self._lines.unproven if cookie else self._lines.of_stranger(scope)
        if not await line.enter():
            busy = PlainTextResponse(
                "Too many people are here at once. Please try again in a moment.\n", 503, {"retry-after": _RETRY_SECONDS}
            )
            await busy(scope, receive, send)
            return
        await self._respond(partial(self._leave, line), 0 if cookie else _PATIENCE_SECONDS, scope, receive, send)

    async def _respond_to_member(self, scope: Scope, receive: Receive, send: Send, *, in_turn: bool) -> None:
        """After those before it, and soon in any case."""
        self._members.begin()
        has_turn = False

        def leave(_: float = 0.0) -> None:
            if has_turn:
                self._lines.members.leave()
            self._members.end()

        try:
            has_turn = in_turn and await self._lines.members.enter()
        except asyncio.CancelledError:
            leave()
            raise
        await self._respond(leave, 0, scope, receive, send)

    def _leave(self, line: Line, seconds: float) -> None:
        line.leave(seconds if self._members.was_lately else 0.0)

    async def _respond(self, leave: Callable[[float], None], patience: float, scope: Scope, receive: Receive, send: Send) -> None:
        """Waits for members' requests, `patience` seconds at most, and goes on.

        It calls `leave`, with the seconds that the work took, once the response begins: who takes it slowly must not hold a place either.
        """
        has_left = False
        began = time.monotonic()

        async def send_and_leave(message: Message) -> None:
            nonlocal has_left
            if not has_left:
                has_left = True
                leave(time.monotonic() - began)
            await send(message)

        try:
            if patience:
                await self._members.wait_for_none(patience)
                began = time.monotonic()
            await self._app(scope, receive, send_and_leave)
        finally:
            if not has_left:
                leave(time.monotonic() - began)

    def _read_session(self, scope: Scope) -> str:
        return cookie_parser(Headers(scope=scope).get("cookie", "")).get(self._session_cookie, "")


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
