"""What the backing services have to tell while they are started, watched and stopped."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Server = Literal["postgres", "nats"]


class Event(StrEnum):
    """The kinds of news; the values are stable and may be used in logs and metrics."""

    ACCOUNT = "account"
    ADOPTED = "adopted"
    ORPHAN_STOPPED = "orphan_stopped"
    STARTED = "started"
    DIED = "died"
    RESTARTED = "restarted"
    RESTART_FAILED = "restart_failed"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Notice:
    """One piece of news about one server; `sentence` is for a person, and holds no secret and nobody's data."""

    server: Server
    event: Event
    sentence: str


Told = Callable[[Notice], Awaitable[None]]


async def nobody(_notice: Notice) -> None:
    """Tell nobody."""
