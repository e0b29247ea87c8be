"""uvicorn's HTTP protocol with time limits for the client, which uvicorn has only between two requests.

A connection is in one of four phases, and each but the answer ends by itself:

| phase  | the server waits for               | at most         | then        |
|--------|------------------------------------|-----------------|-------------|
| head   | the end of a request's head        | `head_seconds`  | 408, close  |
| body   | the rest of the request's body     | `body_seconds`, and more for a longer one | 408, close |
| answer | itself                             |                 |             |
| idle   | the next request                   | `idle_seconds`  | close       |

Whatever the phase, a client that does not take what was written for `write_seconds` is cut off.
"""

import asyncio
import random
from enum import Enum, auto
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from libs.host.http_limits import ConnectionRegister, HttpLimits

_TIMED_OUT = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_SHORTEST_HEAD = 0.75
"""The part of `head_seconds` that every connection gets."""
_LENGTH_DIGITS = 12
_LINGER_SECONDS = 5.0
"""How long a connection that was closed for being slow may take to send its last bytes."""


class _Phase(Enum):
    HEAD = auto()
    BODY = auto()
    ANSWER = auto()
    IDLE = auto()


class LimitedHttpProtocol(H11Protocol):
    """One connection. `values` are what uvicorn passes on: configuration, state and event loop."""

    def __init__(self, limits: HttpLimits, register: ConnectionRegister, **values: Any) -> None:  # uvicorn's own, passed on
        super().__init__(**values)
        self._limits = limits
        self._register = register
        self._phase: _Phase | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._write_deadline: asyncio.TimerHandle | None = None
        self._is_lost = False

    @property
    def client_address(self) -> str:
        return self.client[0] if self.client else ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        super().connection_made(transport)
        if self._register.admit(self):
            self._enter(_Phase.HEAD)
        else:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_lost = True
        self._register.release(self)
        self._cancel(self._deadline, self._write_deadline)
        self._deadline = self._write_deadline = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._follow(is_more_expected=True)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._follow(is_more_expected=bool(self.conn.trailing_data[0]))

    def pause_writing(self) -> None:
        super().pause_writing()
        self._cancel(self._write_deadline)
        self._write_deadline = self.loop.call_later(self._limits.write_seconds, self._cut_off, "write_time")
        self._register.set_waiting(self, waiting=True)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._cancel(self._write_deadline)
        self._write_deadline = None
        self._register.set_waiting(self, waiting=self._phase is not _Phase.ANSWER)

    def evict(self) -> None:
        self.transport.abort()

    def _follow(self, *, is_more_expected: bool) -> None:
        """Enter the phase that the parser is in. `is_more_expected`: bytes of a further request have come."""
        if self._is_lost:
            return
        if self.transport.is_closing():
            self._close_after(self._limits.write_seconds)
        elif self.conn.their_state is h11.IDLE:
            self._enter(_Phase.HEAD if is_more_expected else _Phase.IDLE)
        elif self.conn.their_state is h11.SEND_BODY:
            self._enter(_Phase.BODY)
        else:
            self._enter(_Phase.ANSWER)

    def _enter(self, phase: _Phase) -> None:
        if phase is self._phase:
            return
        self._phase = phase
        self._cancel(self._deadline)
        self._deadline = None
        self._register.set_waiting(self, waiting=phase is not _Phase.ANSWER or self._write_deadline is not None)
        if phase is _Phase.HEAD:
            seconds = self._limits.head_seconds * random.uniform(_SHORTEST_HEAD, 1.0)  # noqa: S311 - spreads load, keeps no secret
            self._deadline = self.loop.call_later(seconds, self._time_out, "head_time")
        elif phase is _Phase.BODY:
            self._deadline = self.loop.call_later(self._body_seconds(), self._time_out, "body_time")
        elif phase is _Phase.IDLE:
            # uvicorn closes an idle connection; this one is for a client that does not even take the last response.
            self._close_after(self._limits.idle_seconds + self._limits.write_seconds)

    def _body_seconds(self) -> float:
        """By the length that the request's head says; one that is wrong or missing gives no more time."""
        values = [value for name, value in self.headers if name == b"content-length" and value.isdigit() and len(value) < _LENGTH_DIGITS]
        lengths = map(int, values)
        wanted = self._limits.body_seconds + max(lengths, default=0) / self._limits.body_bytes_per_second
        return min(wanted, max(self._limits.body_seconds, self._limits.longest_body_seconds))

    def _time_out(self, reason: str) -> None:
        self._register.count_closed(reason)
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self.transport.write(_TIMED_OUT)
        self.transport.close()
        self._close_after(_LINGER_SECONDS)

    def _close_after(self, seconds: float) -> None:
        self._cancel(self._deadline)
        self._deadline = self.loop.call_later(seconds, self._cut_off, "write_time")

    def _cut_off(self, reason: str) -> None:
        self._register.count_closed(reason)
        self.transport.abort()

    def _cancel(self, *timers: asyncio.TimerHandle | None) -> None:
        for timer in timers:
            if timer is not None:
                timer.cancel()
