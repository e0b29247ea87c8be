"""What a service does about another service's events: a handler for each type, and the tables that only they fill."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, table
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event

EventHandler = Callable[[UnitOfWork, Event], Awaitable[None]]


@dataclass(frozen=True)
class Reactions:
    """A service's reactions to another service's events: a handler for each type, and the tables that only they fill (children first)."""

    source: str
    handlers: Mapping[str, EventHandler]
    projections: Sequence[str]


def joined(*parts: Reactions) -> Reactions:
    """The reactions of all parts. Where several handle an event, they do so in the order of the parts.

    Raises ValueError for parts that follow different sources.
    """
    [source] = {part.source for part in parts}
    handlers: dict[str, list[EventHandler]] = {}
    for part in parts:
        for event_type, handler in part.handlers.items():
            handlers.setdefault(event_type, []).append(handler)
    projections = tuple(name for part in parts for name in part.projections)
    return Reactions(source, {event_type: _in_turn(each) for event_type, each in handlers.items()}, projections)


def _in_turn(handlers: Sequence[EventHandler]) -> EventHandler:
    async def handle(work: UnitOfWork, event: Event) -> None:
        for handler in handlers:
            await handler(work, event)

    return handlers[0] if len(handlers) == 1 else handle


async def empty_projections(connection: AsyncConnection, reactions: Reactions) -> None:
    """Before the events are followed again from the first."""
    for name in reactions.projections:
        await connection.execute(delete(table(name)))
