"""Events of the backing servers' life cycle, for logs and the operator: adopted, died, restarted and so on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

ServerName = Literal["postgres", "nats"]


class ServerEventKind(StrEnum):
    """The kinds of event; the values are stable and may be used in logs and metrics."""

    ACCOUNT = "account"
    ADOPTED = "adopted"
    ORPHAN_STOPPED = "orphan_stopped"
    STARTED = "started"
    DIED = "died"
    RESTARTED = "restarted"
    RESTART_FAILED = "restart_failed"
    REFUSES = "refuses"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event of one server; `sentence` is for a person, and holds no secret and no personal data."""

    server: ServerName
    kind: ServerEventKind
    sentence: str


OnServerEvent = Callable[[ServerEvent], Awaitable[None]]


async def ignore_event(_event: ServerEvent) -> None:
    """Do nothing: the default callback."""
