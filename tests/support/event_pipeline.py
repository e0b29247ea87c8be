"""Event transport between two minimal services: `membership` publishes, `governance` consumes and stores what it received.

async with event_pipeline(infrastructure) as pipeline:
    await pipeline.publish(5)
    pipeline.relay(), pipeline.consumer()
    await pipeline.wait_until_caught_up()
    assert await pipeline.received_numbers() == [1, 2, 3, 4, 5]
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import nats
from sqlalchemy import text

from kith.envelope.v1.envelope_pb2 import Envelope
from kith.membership.facts.v1.facts_pb2 import MemberAdmitted, MembershipApplied
from libs import callers
from libs.clock import SystemClock
from libs.database.engine import Database, UnitOfWork, new_id
from libs.host import leader_election
from libs.messages import outbox
from libs.messages.bus import Bus, BusAddress, stream_name
from libs.messages.consumer import Consumer
from libs.messages.envelope import Event, type_of
from libs.messages.reactions import Reactions
from libs.messages.relay import OutboxRelay
from services.database_setup import ServiceDatabase
from tests.support.disposable_nats import PASSWORD as OWN_PASSWORD
from tests.support.disposable_nats import USER as OWN_USER
from tests.support.disposable_nats import DisposableNats
from tests.support.running_co_op import Infrastructure

SOURCE, CONSUMER = "membership", "governance"
INSERT_RECEIVED = text("insert into received (number, person) values (:number, :person)")

ReactionHook = Callable[[Event], Awaitable[None]]


class EventPipeline:
    """Events from one outbox to one projection, over real servers."""

    def __init__(self, source: ServiceDatabase, consumer: ServiceDatabase, address: BusAddress) -> None:
        self.source_service, self.consumer_service = source, consumer
        self.source_database, self.consumer_database = Database(source.run_url), Database(consumer.run_url)
        self.address = address
        self.bus = Bus(address, "line")
        self._tasks: list[asyncio.Task[None]] = []
        self._connections: dict[str, asyncpg.Connection] = {}
        self._looking = asyncio.Lock()
        self.attempts = 0
        """How often a reaction was started."""
        self.reaction_hook: ReactionHook | None = None
        """Awaited in the middle of every reaction; a test may raise here."""

    # --- the parts

    def relay(self) -> OutboxRelay:
        relay = OutboxRelay(SOURCE, self.source_database, self.bus)
        self.spawn(relay.run())
        return relay

    def reactions(self) -> Reactions:
        async def receive(work: UnitOfWork, event: Event) -> None:
            self.attempts += 1
            await work.connection.execute(
                INSERT_RECEIVED, {"number": event.number, "person": MemberAdmitted.FromString(event.payload).person_id}
            )
            if self.reaction_hook is not None:
                await self.reaction_hook(event)

        return Reactions(SOURCE, {type_of(MemberAdmitted): receive}, ("received",))

    def consumer(self) -> Consumer:
        consumer = Consumer(CONSUMER, self.reactions(), self.consumer_database, self.bus, SystemClock())
        self.spawn(consumer.run())
        return consumer

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(coroutine)
        self._tasks.append(task)
        return task

    async def stop_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    # --- publishing

    async def publish(self, number: int = 1) -> None:
        """Publishes this many events, each in its own unit of work."""
        for _ in range(number):
            async with self.source_database.work(callers.job("tests"), SystemClock().now(), "tests") as work:
                person = str(new_id())
                await outbox.publish(work, (MemberAdmitted(person_id=person), person))

    async def publish_unknown_event(self) -> None:
        async with self.source_database.work(callers.job("tests"), SystemClock().now(), "tests") as work:
            await outbox.publish(work, (MembershipApplied(person_id=str(new_id())), str(new_id())))

    async def republish(self, *numbers: int) -> None:
        """Puts these events into the stream again, without the message id by which the stream would drop duplicates."""
        for number in numbers:
            [row] = await self.fetch_rows(self.source_service, "select * from outbox where number = $1", number)
            body = Envelope(id=str(row["id"]), source=SOURCE, epoch=1, number=number, type=row["type"], payload=row["payload"])
            await self.bus.js.publish(row["subject"], body.SerializeToString())

    # --- looking at the result

    async def received_numbers(self) -> list[int]:
        return [row["number"] for row in await self.fetch_rows(self.consumer_service, "select number from received order by place")]

    async def received_rows(self) -> list[tuple[object, ...]]:
        return [
            tuple(row.values())
            for row in await self.fetch_rows(self.consumer_service, "select number, person from received order by number")
        ]

    async def position(self) -> int:
        rows = await self.fetch_rows(self.consumer_service, "select n from position where source = $1", SOURCE)
        return int(rows[0]["n"]) if rows else 0

    async def wait_until_caught_up(self, seconds: float = 60.0) -> None:
        [published] = await self.fetch_rows(self.source_service, "select count(*) as n from outbox")
        until = time.monotonic() + seconds
        while (position := await self.position()) != published["n"]:
            if time.monotonic() > until:
                [state] = await self.fetch_rows(
                    self.source_service, "select published, (select max(number) from outbox) as last from outbox_state"
                )
                message = f"is at {position} of {published['n']} events, {state['last']} numbered, {state['published']} published"
                raise TimeoutError(message)
            await asyncio.sleep(0.02)

    async def fetch_rows(self, database: ServiceDatabase, sql: str, *parameters: object) -> list[asyncpg.Record]:
        """Queries as the database's owner, on one connection: every new one costs the server a process."""
        async with self._looking:
            if database.owner_url not in self._connections:
                self._connections[database.owner_url] = await leader_election.connect(database.owner_url)
            return list(await self._connections[database.owner_url].fetch(sql, *parameters))

    async def close(self) -> None:
        await self.stop_tasks()
        await self.bus.close()
        for connection in self._connections.values():
            await connection.close()
        await self.source_database.close()
        await self.consumer_database.close()


@asynccontextmanager
async def event_pipeline(infrastructure: Infrastructure, own: DisposableNats | None = None) -> AsyncIterator[EventPipeline]:
    servers = infrastructure.servers
    address = BusAddress(own.url, OWN_USER, OWN_PASSWORD) if own else BusAddress(servers.nats_url, servers.nats_user, servers.nats_password)
    await _delete_stream(address)
    async with (
        infrastructure.databases.fresh_outbox_database(SOURCE) as source,
        infrastructure.databases.fresh_outbox_database(CONSUMER) as consumer,
    ):
        pipeline = EventPipeline(source, consumer, address)
        await pipeline.fetch_rows(consumer, "create table received (place bigint generated always as identity, number bigint, person text)")
        pipeline.bus.start()
        listening = await leader_election.connect(consumer.run_url)
        await pipeline.consumer_database.wakeups.listen(listening)
        try:
            yield pipeline
        finally:
            await listening.close()
            await pipeline.close()


async def _delete_stream(address: BusAddress) -> None:
    client = await nats.connect(address.url, **({"user": address.user, "password": address.password} if address.user else {}))
    try:
        await client.jetstream().delete_stream(stream_name(SOURCE))
    except nats.js.errors.NotFoundError:
        pass
    finally:
        await client.close()
