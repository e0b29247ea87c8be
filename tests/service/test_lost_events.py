"""What an older copy of a database has lost is found in the stream, and handled once, whichever process leads."""

import asyncio

import asyncpg
import pytest
from sqlalchemy import insert

from kith.membership.facts.v1.facts_pb2 import MemberAdmitted
from libs.clock import SystemClock
from libs.database.engine import Database, UnitOfWork, new_id
from libs.database.shared_tables import position
from libs.messages.envelope import Event, type_of
from libs.messages.lost_events import handle_lost_events
from libs.refusals import Unavailable
from tests.support.event_pipeline import SOURCE, EventPipeline, event_pipeline
from tests.support.running_co_op import Infrastructure

KEPT = 3


class LostEvents:
    """A source that publishes, is set back to its first three events, and is led by several processes."""

    def __init__(self, pipeline: EventPipeline) -> None:
        self._pipeline = pipeline
        self.error_at_4: Exception | None = None

    async def publish_and_lose(self, events: int, *, epoch: int = 1) -> None:
        await self.publish(events)
        await self._sql("delete from outbox where number > $1", KEPT)
        await self._sql("update outbox_state set epoch = $1, published = $2", epoch, KEPT)

    async def publish(self, events: int) -> None:
        self._pipeline.relay()
        await self._pipeline.publish(events)
        async with asyncio.timeout(60):
            while not (await self._sql("select published = (select count(*) from outbox) as done from outbox_state"))[0]["done"]:
                await asyncio.sleep(0.02)
        await self._pipeline.stop_tasks()

    async def forget_handling(self) -> None:
        await self._sql("update outbox_state set last_lost = null")

    async def lead(self) -> list[int]:
        """Handles what is lost as a process that has just become the leader; returns the numbers of what it handled for good."""
        handled: list[int] = []

        async def handle(work: UnitOfWork, event: Event) -> None:
            await work.connection.execute(insert(position), {"source": str(new_id()), "epoch": 0, "n": event.number})
            if event.number == KEPT + 1 and self.error_at_4 is not None:
                raise self.error_at_4
            handled.append(event.number)

        leader = Database(self._pipeline.source_service.run_url)
        try:
            await handle_lost_events(self._pipeline.bus, leader, SOURCE, {type_of(MemberAdmitted): handle}, SystemClock())
        finally:
            await leader.close()
        return handled

    async def effects(self) -> list[int]:
        """The numbers of handled events whose effects were committed, since this was asked last."""
        rows = await self._sql("delete from position where epoch = 0 returning n")
        return sorted(row["n"] for row in rows)

    async def _sql(self, sql: str, *values: object) -> list[asyncpg.Record]:
        return await self._pipeline.fetch_rows(self._pipeline.source_service, sql, *values)


async def test_lost_events_are_handled_once_by_whichever_process_leads(infrastructure: Infrastructure) -> None:
    async with event_pipeline(infrastructure) as pipeline:
        source = LostEvents(pipeline)
        assert await source.lead() == [], "there is no stream yet"
        await source.publish(KEPT)
        assert await source.lead() == [], "nothing is lost"

        await source.publish_and_lose(2)
        assert await source.lead() == [4, 5]
        assert await source.lead() == [], "the next leader does not take again what people may have been given since"
        await source.publish(2)
        assert await source.lead() == [], "nor once other events have come under the same numbers"

        await source.publish_and_lose(1)
        await source.forget_handling()
        assert await source.lead() == [4, 5, 4, 5, 6], "a copy from before the first loss has lost both lives"

        await source.publish_and_lose(1, epoch=2)
        assert await source.lead() == [4], "an operator raised the epoch"
        await source.publish_and_lose(1, epoch=1)
        assert await source.lead() == [4], "a copy from before that was put in place"

        await source.publish_and_lose(3)
        await source.effects()
        await asyncio.gather(source.lead(), source.lead())
        assert await source.effects() == [4, 5, 6], "two that lead for a moment"


async def test_a_lost_event_that_cannot_be_handled_stops_neither_the_others_nor_the_relay(infrastructure: Infrastructure) -> None:
    async with event_pipeline(infrastructure) as pipeline:
        source = LostEvents(pipeline)
        await source.publish(KEPT)
        await source.publish_and_lose(2)
        source.error_at_4 = TimeoutError()
        with pytest.raises(Unavailable):
            await source.lead()
        assert await source.effects() == [], "a database that is away is waited for"
        source.error_at_4 = ValueError("badly formed hexadecimal UUID string")
        assert await source.lead() == [5]
        assert await source.effects() == [5], "and nothing half done is left of the other"
        assert await source.lead() == []
