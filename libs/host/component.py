"""What a service is, to the host: what it answers, whom it listens to, what the clock asks of it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

import grpc
from starlette.types import ASGIApp

from libs.clock import Clock
from libs.database.engine import Database, Work
from libs.messages.consumer import Consumer, Reactions
from libs.rpc.desk import Desk


@dataclass(frozen=True)
class Job:
    """Asked by the clock, by one process at a time. Idempotent: a query over due rows. Gives how many it dealt with."""

    name: str
    run: Callable[[Work], Awaitable[int]]
    due: Callable[[Work], Awaitable[datetime | None]] | None = None
    """When it will have something to do, as far as is known now. Asked after each run and whenever the service published an event."""
    every_seconds: float = 60.0
    """It runs at least so often: the safety net where `due` is given, the rhythm where it is not."""


@dataclass(frozen=True)
class Page:
    """An edge towards people: an ASGI application and where it listens (`<host>:<port>`)."""

    app: ASGIApp
    address: str


class Door(Protocol):
    """Another way in, towards others than people: it listens when everything is up, and stops before anything else does."""

    async def start(self) -> None:
        """Raises OSError with a sentence to show when its address is taken."""
        ...

    async def stop(self) -> None: ...


@dataclass
class House:
    """What the host gives a service to build itself from."""

    database: Database
    clock: Clock
    desk: Desk
    consumers: Mapping[str, Consumer] = field(default_factory=dict)
    """By source, once built; a servicer asks them whether it has caught up."""


@dataclass(frozen=True)
class Component:
    """One service, built."""

    name: str
    address: str
    migrations: Path
    register: Callable[[grpc.aio.Server], None]
    open_methods: frozenset[str] = frozenset()
    reactions: tuple[Reactions, ...] = ()
    jobs: tuple[Job, ...] = ()
    page: Page | None = None
    doors: tuple[Door, ...] = ()
    led: tuple[Callable[[], Awaitable[None]], ...] = ()
    """Run until cancelled, in one process at a time, beside the relay and the jobs."""
    close: Callable[[], Awaitable[None]] | None = None


Build = Callable[[House], Component]
"""Each service's `component.py` makes one from its settings."""
