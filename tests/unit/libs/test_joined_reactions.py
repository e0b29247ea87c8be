"""A service's reactions to one source come from several parts, which may handle the same event."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from libs.database.engine import UnitOfWork
from libs.messages.envelope import Event
from libs.messages.reactions import EventHandler, Reactions, joined


async def test_parts_handle_an_event_in_their_order_and_keep_their_tables() -> None:
    handled: list[str] = []

    def handler(name: str) -> EventHandler:
        async def handle(_work: UnitOfWork, event: Event) -> None:
            handled.append(f"{name} {event.number}")

        return handle

    rights = Reactions("identity", {"Started": handler("rights")}, ("acting_right",))
    news = Reactions("identity", {"Started": handler("news"), "HatGiven": handler("hats")}, ("news",))
    reactions = joined(rights, news)
    work = object.__new__(UnitOfWork)  # without a database: the handlers use none
    event = Event(UUID(int=1), "identity", 7, "Started", datetime(2026, 11, 28, tzinfo=UTC), "", "", b"")
    for event_type in ("Started", "HatGiven"):
        await reactions.handlers[event_type](work, event)

    assert handled == ["rights 7", "news 7", "hats 7"]
    assert (reactions.source, reactions.projections) == ("identity", ("acting_right", "news"))


def test_parts_that_follow_different_sources_are_not_joined() -> None:
    with pytest.raises(ValueError, match="too many values"):
        joined(Reactions("identity", {}, ()), Reactions("membership", {}, ()))
