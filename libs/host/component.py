"""What a service is, to the host: what it answers, whom it listens to, what the clock asks of it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

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
    every_seconds: float = 1.0


@dataclass(frozen=True)
class Page:
    """An edge towards people: an ASGI application and where it listens (`<host>:<port>`)."""

    app: ASGIApp
    address: str


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
    close: Callable[[], Awaitable[None]] | None = None


Build = Callable[[House], Component]
"""Each service's `component.py` makes one from its settings."""
