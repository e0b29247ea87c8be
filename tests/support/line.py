"""Two services that know nothing but facts: `membership` states, `governance` listens and writes down what it heard.

async with a_line(kith) as line:
    await line.state(5)
    line.relay(), line.consumer()
    await line.caught_up()
    assert await line.heard() == [1, 2, 3, 4, 5]
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
from libs.clock import System
from libs.database.engine import Database, Work, new_id
from libs.host import leader
from libs.messages import outbox
from libs.messages.bus import Bus, BusAddress, stream_of
from libs.messages.consumer import Consumer, Reactions
from libs.messages.envelope import Fact, type_of
from libs.messages.relay import Relay
from services.prepare import Wanted
from tests.support.own_nats import PASSWORD as OWN_PASSWORD
from tests.support.own_nats import USER as OWN_USER
from tests.support.own_nats import OwnNats
from tests.support.running import Kith

SOURCE, LISTENER = "membership", "governance"
HEAR = text("insert into heard (number, person) values (:number, :person)")

Meanwhile = Callable[[Fact], Awaitable[None]]


class Line:
    """From one outbox to one projection, over real servers."""

    def __init__(self, source: Wanted, listener: Wanted, address: BusAddress) -> None:
        self.at_source, self.at_listener = source, listener
        self.source, self.listener = Database(source.run_url), Database(listener.run_url)
        self.address = address
        self.bus = Bus(address, "line")
        self._tasks: list[asyncio.Task[None]] = []
        self.tries = 0
        """How often a reaction was begun."""
        self.meanwhile: Meanwhile | None = None
        """Awaited in the middle of every reaction: a test may raise here."""

    # --- the parts

    def relay(self) -> Relay:
        relay = Relay(SOURCE, self.source, self.bus)
        self.spawn(relay.run())
        return relay

    def reactions(self) -> Reactions:
        async def hear(work: Work, fact: Fact) -> None:
            self.tries += 1
            await work.connection.execute(HEAR, {"number": fact.number, "person": MemberAdmitted.FromString(fact.payload).person_id})
            if self.meanwhile is not None:
                await self.meanwhile(fact)

        return Reactions(SOURCE, {type_of(MemberAdmitted): hear}, ("heard",))

    def consumer(self) -> Consumer:
        consumer = Consumer(LISTENER, self.reactions(), self.listener, self.bus, System())
        self.spawn(consumer.run())
        return consumer

    def spawn(self, what: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(what)
        self._tasks.append(task)
        return task

    async def hang_up(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    # --- what happens

    async def state(self, number: int = 1) -> None:
        """So many facts, each in a work of its own, one after the other."""
        for _ in range(number):
            async with self.source.work(callers.job("tests"), System().now(), "tests") as work:
                person = str(new_id())
                await outbox.state(work, (MemberAdmitted(person_id=person), person))

    async def state_something_unknown(self) -> None:
        async with self.source.work(callers.job("tests"), System().now(), "tests") as work:
            await outbox.state(work, (MembershipApplied(person_id=str(new_id())), str(new_id())))

    async def publish(self, *numbers: int) -> None:
        """Puts these numbered facts into the stream, past the relay and without the id that would have a double dropped."""
        for number in numbers:
            [row] = await self.rows_of(self.at_source, "select * from outbox where number = $1", number)
            body = Envelope(id=str(row["id"]), source=SOURCE, epoch=1, number=number, type=row["type"], payload=row["payload"])
            await self.bus.js.publish(row["subject"], body.SerializeToString())

    # --- what can be seen

    async def heard(self) -> list[int]:
        return [row["number"] for row in await self.rows_of(self.at_listener, "select number from heard order by place")]

    async def contents(self) -> list[tuple[object, ...]]:
        return [tuple(row.values()) for row in await self.rows_of(self.at_listener, "select number, person from heard order by number")]

    async def position(self) -> int:
        rows = await self.rows_of(self.at_listener, "select n from position where source = $1", SOURCE)
        return int(rows[0]["n"]) if rows else 0

    async def caught_up(self, seconds: float = 12.0) -> None:
        [stated] = await self.rows_of(self.at_source, "select count(*) as n from outbox")
        until = time.monotonic() + seconds
        while (position := await self.position()) != stated["n"]:
            if time.monotonic() > until:
                [state] = await self.rows_of(self.at_source, "select published, (select max(number) from outbox) as last from outbox_state")
                message = f"stands at {position} of {stated['n']} stated, {state['last']} numbered, {state['published']} published"
                raise TimeoutError(message)
            await asyncio.sleep(0.02)

    async def rows_of(self, wanted: Wanted, sql: str, *parameters: object) -> list[asyncpg.Record]:
        """As the owner."""
        connection = await leader.connect(wanted.owner_url)
        try:
            return list(await connection.fetch(sql, *parameters))
        finally:
            await connection.close()


@asynccontextmanager
async def a_line(kith: Kith, own: OwnNats | None = None) -> AsyncIterator[Line]:
    servers = kith.servers
    address = BusAddress(own.url, OWN_USER, OWN_PASSWORD) if own else BusAddress(servers.nats_url, servers.nats_user, servers.nats_password)
    await _forget(address)
    async with kith.databases.of_a_voice(SOURCE) as source, kith.databases.of_a_voice(LISTENER) as listener:
        line = Line(source, listener, address)
        await line.rows_of(listener, "create table heard (place bigint generated always as identity, number bigint, person text)")
        line.bus.start()
        hearing = await leader.connect(listener.run_url)
        await line.listener.wakeups.listen(hearing)
        try:
            yield line
        finally:
            await hearing.close()
            await line.hang_up()
            await line.bus.close()
            await line.source.close()
            await line.listener.close()


async def _forget(address: BusAddress) -> None:
    client = await nats.connect(address.url, **({"user": address.user, "password": address.password} if address.user else {}))
    try:
        await client.jetstream().delete_stream(stream_of(SOURCE))
    except nats.js.errors.NotFoundError:
        pass
    finally:
        await client.close()
