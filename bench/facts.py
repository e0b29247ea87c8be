"""Measures how fast an event travels: from the commit that publishes it, over relay, JetStream and consumer, into another service's table.

Run with `python -m bench.facts`. It measures three things, each alternating with the same done with the NATS client alone:

- one event on an idle system, against publishing one message to a pull consumer;
- the relay emptying an outbox, against `publish_async` of as many messages of the same size;
- a consumer of these events, with one write per batch and with a projection, against pulling and acknowledging.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg
import nats
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, StorageType, StreamConfig

from bench.open_vote import bench_environment
from bench.report import is_quick_run, markdown_table, median_ratio, percentile, save_report, verdict
from kith.envelope.v1.envelope_pb2 import Envelope
from kith.membership.facts.v1.facts_pb2 import MemberAdmitted
from libs.clock import SystemClock
from libs.database.engine import Database, new_id
from libs.host import leader_election
from libs.messages.bus import Bus, BusAddress, stream_name
from libs.messages.consumer import Consumer
from libs.messages.reactions import Reactions
from libs.messages.relay import OutboxRelay
from services.database_setup import ServiceDatabase
from services.governance.reactions import membership
from tests.support.running_co_op import EventPublisher, Infrastructure, RunningCoOp, event_publisher, running_co_op

EVENTS = 1_000 if is_quick_run() else 20_000
ROUNDS = 1 if is_quick_run() else 5
SINGLE_EVENTS = 20 if is_quick_run() else 200
IDLE_SECONDS = 0.03
AIMS_MS = {"p50": 10.0, "p99": 100.0}
RELAY_AIM, CONSUMER_AIM = 0.5, 0.25
_STREAM, _SUBJECT, _DURABLE = "BENCH", "bench.facts", "bench"
_SOURCE = "membership"
_TIMEOUT_SECONDS = 120.0
_BATCH = 1000


# --- the events


def make_event() -> tuple[MemberAdmitted, str]:
    person = str(new_id())
    return MemberAdmitted(person_id=person, member_number="1", member_class="worker", may_vote=True, from_day="2025-01-01"), person


async def write_events(voice: EventPublisher, number: int) -> None:
    for _ in range(0, number, 500):
        await voice.publish(*(make_event() for _ in range(500)))


def make_message() -> bytes:
    """Returns a message as large as such an event in its envelope."""
    event, person = make_event()
    envelope = Envelope(
        id=person,
        source=_SOURCE,
        epoch=1,
        number=10_000,
        type=event.DESCRIPTOR.full_name,
        actor="tests",
        cause="tests",
        payload=event.SerializeToString(),
    )
    envelope.at.FromDatetime(datetime.now(UTC))
    return envelope.SerializeToString()


# --- the raw reference


@asynccontextmanager
async def raw_stream(infrastructure: Infrastructure) -> AsyncIterator[JetStreamContext]:
    """Creates a stream configured like a service's, with a client of its own."""
    servers = infrastructure.servers
    login = {"user": servers.nats_user, "password": servers.nats_password} if servers.nats_user else {}
    client: Client = await nats.connect(servers.nats_url, **login)
    js = client.jetstream(timeout=5)
    await js.add_stream(StreamConfig(name=_STREAM, subjects=[_SUBJECT], storage=StorageType.FILE, duplicate_window=120))
    try:
        yield js
    finally:
        await js.delete_stream(_STREAM)
        await client.close()


async def pull_subscription(js: JetStreamContext) -> JetStreamContext.PullSubscription:
    await js.add_consumer(_STREAM, ConsumerConfig(durable_name=_DURABLE, ack_policy=AckPolicy.EXPLICIT, max_ack_pending=_BATCH))
    return await js.pull_subscribe_bind(durable=_DURABLE, stream=_STREAM)


async def time_raw_message(js: JetStreamContext, subscription: JetStreamContext.PullSubscription, body: bytes) -> float:
    """Milliseconds from publishing one message until a waiting consumer has it."""
    waiting = asyncio.create_task(subscription.fetch(1, timeout=5))
    await asyncio.sleep(IDLE_SECONDS)
    began = time.perf_counter()
    published = asyncio.create_task(js.publish(_SUBJECT, body))
    (message,) = await waiting
    elapsed = (time.perf_counter() - began) * 1000
    await asyncio.gather(published, message.ack())
    return elapsed


async def raw_publish(js: JetStreamContext, bodies: list[bytes]) -> None:
    for first in range(0, len(bodies), _BATCH):
        batch = bodies[first : first + _BATCH]
        sent = [await js.publish_async(_SUBJECT, body, headers={"Nats-Msg-Id": str(new_id())}) for body in batch]
        for acknowledged in sent:
            await acknowledged


async def raw_consume(subscription: JetStreamContext.PullSubscription, number: int) -> None:
    while number > 0:
        messages = await subscription.fetch(200, timeout=5)
        for message in messages:
            await message.ack()
        number -= len(messages)


async def time_seconds(work: Awaitable[object]) -> float:
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


# --- one event on an idle system


async def measure_single_events(infrastructure: Infrastructure) -> list[tuple[float, float]]:
    """Pairs (Kith, raw) in milliseconds."""
    async with (
        running_co_op(infrastructure, "governance") as co_op,
        event_publisher(co_op, _SOURCE) as voice,
        raw_stream(infrastructure) as js,
    ):
        subscription, body = await pull_subscription(js), make_message()
        async with standing_notifications(co_op) as wait:
            await voice.publish(make_event())
            await wait()
            pairs = []
            for _ in range(SINGLE_EVENTS):
                await asyncio.sleep(IDLE_SECONDS)
                await voice.publish(make_event())
                began = time.perf_counter()
                await wait()
                kith_ms = (time.perf_counter() - began) * 1000
                pairs.append((kith_ms, await time_raw_message(js, subscription, body)))
            return pairs


@asynccontextmanager
async def standing_notifications(co_op: RunningCoOp) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Yields a function that waits for the next standing committed in governance's table; PostgreSQL notifies at the commit."""
    async with co_op.database_transaction("governance", owner=True) as owner:
        await owner.execute(
            "create function notify_standing() returns trigger language plpgsql as "
            "$$ begin perform pg_notify('standing', ''); return null; end $$;"
            "create trigger notify_standing after insert on standing for each row execute function notify_standing()"
        )
    connection: asyncpg.Connection = await leader_election.connect(co_op.databases["governance"].run_url)
    notifications: asyncio.Queue[None] = asyncio.Queue()
    await connection.add_listener("standing", lambda *_: notifications.put_nowait(None))

    async def wait() -> None:
        async with asyncio.timeout(20):
            await notifications.get()

    try:
        yield wait
    finally:
        await connection.close()


# --- many events


@dataclass(frozen=True)
class BulkTimes:
    """Pairs (Kith, raw) of seconds for `EVENTS` events, per round."""

    relay: list[tuple[float, float]]
    consumer_bare: list[tuple[float, float]]
    consumer_projection: list[tuple[float, float]]


async def measure_bulk(infrastructure: Infrastructure) -> BulkTimes:
    times = BulkTimes([], [], [])
    bodies = [make_message() for _ in range(EVENTS)]
    for _ in range(ROUNDS):
        async with raw_stream(infrastructure) as js:
            raw_publish_seconds = await time_seconds(raw_publish(js, bodies))
            raw_consume_seconds = await time_seconds(raw_consume(await pull_subscription(js), EVENTS))
        relay_seconds, bare_seconds, projection_seconds = await time_kith_bulk(infrastructure)
        times.relay.append((relay_seconds, raw_publish_seconds))
        times.consumer_bare.append((bare_seconds, raw_consume_seconds))
        times.consumer_projection.append((projection_seconds, raw_consume_seconds))
    return times


async def time_kith_bulk(infrastructure: Infrastructure) -> tuple[float, float, float]:
    """Seconds of Kith for a full outbox: to relay it, to consume it without a projection, and with one."""
    servers = infrastructure.servers
    bus = Bus(BusAddress(servers.nats_url, servers.nats_user, servers.nats_password), "bench")
    bus.start()
    await bus.wait_connected()
    await _delete_stream(bus)
    async with (
        infrastructure.databases.fresh_outbox_database(_SOURCE) as source,
        infrastructure.databases.fresh_database("governance") as consumer_database,
    ):
        database = Database(source.run_url)
        await write_events(EventPublisher(database, SystemClock().now), EVENTS)
        relay_task = asyncio.create_task(OutboxRelay(_SOURCE, database, bus).run())
        relay_seconds = await time_seconds(_wait_until(source, "select published from outbox_state"))
        bare_seconds = await _time_consumer(bus, consumer_database, Reactions(_SOURCE, {}, ()), "position-only")
        await _reset_positions(consumer_database)
        projection_seconds = await _time_consumer(bus, consumer_database, membership.REACTIONS, "governance")
        relay_task.cancel()
        await asyncio.gather(relay_task, return_exceptions=True)
        await database.close()
    await bus.close()
    return relay_seconds, bare_seconds, projection_seconds


async def _time_consumer(bus: Bus, consumer_database: ServiceDatabase, reactions: Reactions, name: str) -> float:
    database = Database(consumer_database.run_url)
    consumer_task = asyncio.create_task(Consumer(name, reactions, database, bus, SystemClock()).run())
    elapsed = await time_seconds(_wait_until(consumer_database, "select coalesce(max(n), 0) from position"))
    consumer_task.cancel()
    await asyncio.gather(consumer_task, return_exceptions=True)
    await database.close()
    return elapsed


async def _wait_until(database: ServiceDatabase, sql: str) -> None:
    connection: asyncpg.Connection = await leader_election.connect(database.run_url)
    async with asyncio.timeout(_TIMEOUT_SECONDS):
        while await connection.fetchval(sql) < EVENTS:
            await asyncio.sleep(0.02)
    await connection.close()


async def _reset_positions(consumer_database: ServiceDatabase) -> None:
    connection: asyncpg.Connection = await leader_election.connect(consumer_database.run_url)
    await connection.execute("update position set n = 0")
    await connection.close()


async def _delete_stream(bus: Bus) -> None:
    streams = await bus.js.streams_info()
    if stream_name(_SOURCE) in {stream.config.name for stream in streams}:
        await bus.js.delete_stream(stream_name(_SOURCE))


# --- the tables


def _latency_table(pairs: list[tuple[float, float]]) -> tuple[str, bool]:
    kith_ms, raw_ms = [infrastructure for infrastructure, _ in pairs], [raw for _, raw in pairs]
    rows = [
        [
            name,
            f"{(kith_value := percentile(kith_ms, part)):.1f}",
            f"{percentile(raw_ms, part):.1f}",
            f"{AIMS_MS[name]:.0f}",
            verdict(kith_value, AIMS_MS[name]),
        ]
        for name, part in (("p50", 0.5), ("p99", 0.99))
    ]
    missed = any(row[-1] != verdict(0, 1) for row in rows)
    return markdown_table(["commit to projection, idle", "ours ms", "raw publish to pull ms", "aim ms", ""], rows), missed


def _throughput_table(times: BulkTimes) -> tuple[str, bool]:
    rows, missed = [], False
    for name, pairs, aim in (
        ("outbox to JetStream", times.relay, RELAY_AIM),
        ("following, one write for a batch", times.consumer_bare, CONSUMER_AIM),
        ("following into governance's standings", times.consumer_projection, 0.0),
    ):
        rates = [f"{EVENTS / statistics.median(column):,.0f}" for column in zip(*pairs, strict=True)]
        rate_ratio = 1 / median_ratio(pairs)
        missed |= bool(aim) and rate_ratio < aim
        aim_columns = [f"{aim:.2f}", verdict(rate_ratio, aim, at_least=True)] if aim else ["none", ""]
        rows.append([name, *rates, f"{rate_ratio:.2f}", *aim_columns])
    return markdown_table([f"{EVENTS} facts", "ours a second", "raw a second", "ours/raw", "aim at least", ""], rows), missed


async def main() -> int:
    with bench_environment() as infrastructure:
        latency, late = _latency_table(await measure_single_events(infrastructure))
        throughput, slow = _throughput_table(await measure_bulk(infrastructure))
    save_report(
        "facts",
        "Facts from service to service",
        f"{SINGLE_EVENTS} single facts on an idle system, and {ROUNDS} interleaved rounds of {EVENTS} at once; medians.",
        latency,
        throughput,
    )
    return int((late or slow) and not is_quick_run())


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
