"""What the host needs to know about a service: its RPCs, the events it consumes, its jobs and its listeners."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from starlette.types import ASGIApp

from libs.clock import Clock
from libs.database import wakeups
from libs.database.engine import Database, UnitOfWork
from libs.host.http_limits import HttpLimits
from libs.messages.consumer import Consumer
from libs.messages.reactions import EventHandler, Reactions
from libs.refusals import Unavailable
from libs.rpc.binding import BoundService
from libs.rpc.transactions import Transactions

_NOT_ASKED_AGAIN_SECONDS = 5.0


@dataclass(frozen=True)
class Job:
    """A job run by one process at a time. Idempotent: a query over due rows. `run` returns how many rows it processed."""

    name: str
    run: Callable[[UnitOfWork], Awaitable[int]]
    due: Callable[[UnitOfWork], Awaitable[datetime | None]] | None = None
    """When it will next have something to do, as far as is known. Asked after each run."""
    woken_by: tuple[str, ...] = (wakeups.EVENTS,)
    """What makes it look again before that, where `due` is given."""
    every_seconds: float = 60.0
    """It runs at least this often: the safety net where `due` is given, the interval where it is not."""


@dataclass(frozen=True)
class HttpRoute:
    """An ASGI application for people's browsers, and where it listens (`<host>:<port>`)."""

    app: ASGIApp
    address: str
    limits: HttpLimits = field(default_factory=HttpLimits)


class Listener(Protocol):
    """A server for callers other than browsers. It starts last, once everything else is up, and stops first."""

    async def start(self) -> None:
        """Raises OSError, with a sentence for the operator, when its address is taken."""
        ...

    async def stop(self) -> None: ...


@dataclass
class Runtime:
    """What the host provides for building a service."""

    database: Database
    clock: Clock
    transactions: Transactions
    consumers: Mapping[str, Consumer] = field(default_factory=dict)
    """By source service, set once built; a servicer asks them whether its projections have caught up."""

    def believe_hats_only_while_followed(self) -> None:
        """Nobody has a hat while identity's events have not arrived for some seconds: it may have been taken away.

        For services in which a hat opens what is written of others.
        """
        asked_in_vain = float("-inf")

        async def is_sure() -> bool:
            nonlocal asked_in_vain
            identity = self.consumers["identity"]
            if identity.progress.is_close(datetime.now(UTC)):
                return True
            # Asking takes seconds when nobody answers: a page of five calls waits once.
            if time.monotonic() - asked_in_vain < _NOT_ASKED_AGAIN_SECONDS:
                return False
            try:
                await identity.catch_up()
            except Unavailable:
                asked_in_vain = time.monotonic()
                return False
            return True

        self.transactions.is_sure_of_hats = is_sure

    def catch_up_with(self, source: str) -> Callable[[], Awaitable[int]]:
        """Waits until what the source has committed so far is in our own tables, and returns its latest number.

        Raises Unavailable SOURCE_AWAY.
        """

        async def catch_up() -> int:
            return await self.consumers[source].catch_up()

        return catch_up


@dataclass(frozen=True)
class Component:
    """One service, fully built."""

    name: str
    address: str
    migrations: Path
    services: tuple[BoundService, ...] = ()
    """Its RPC services, from `libs.rpc.binding.bind`."""
    reactions: tuple[Reactions, ...] = ()
    jobs: tuple[Job, ...] = ()
    http_route: HttpRoute | None = None
    listeners: tuple[Listener, ...] = ()
    leader_tasks: tuple[Callable[[], Awaitable[None]], ...] = ()
    """Run until cancelled, in the leading process only, beside the relay and the jobs."""
    reasons: Callable[[], Sequence[str]] | None = None
    """Why this service is not well, beyond what the host sees: UPPER_SNAKE codes of `libs/host/health_reasons.py`."""
    tell_set_back: Callable[[Mapping[str, tuple[int, int]]], Awaitable[None]] | None = None
    """Called once all services have started, where databases are older copies: services, each with the event number and epoch it had."""
    lost_event_handlers: Mapping[str, EventHandler] = field(default_factory=dict)
    """For the service's own events that its database lost when it was set back: what they took from somebody is taken again."""
    close: Callable[[], Awaitable[None]] | None = None


BuildComponent = Callable[[Runtime], Component]
"""Builds a service; each service's `component.py` returns one for its settings."""
