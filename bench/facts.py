"""How fast a fact travels: from the commit that states it, over relay, JetStream and consumer, into another service's table.

Run with `python -m bench.facts`. Three things, each against the same done raw with the NATS client alone, in turns:

- one fact on an idle system, against publishing one message to a pull consumer;
- the relay emptying an outbox, against `publish_async` of as many messages of the same bytes;
- a consumer following them, with one write for a batch and with a projection, against pulling and acknowledging.
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

from bench.co_op import a_kith
from bench.tables import grid, quick, ratio, share, show, verdict
from kith.envelope.v1.envelope_pb2 import Envelope
from kith.membership.facts.v1.facts_pb2 import MemberAdmitted
from libs.clock import System
from libs.database.engine import Database, new_id
from libs.host import leader
from libs.messages.bus import Bus, BusAddress, stream_of
from libs.messages.consumer import Consumer, Reactions
from libs.messages.relay import Relay
from services.governance.reactions import membership
from services.prepare import Wanted
from tests.support.running import CoOp, Kith, Voice, running, voice_of

FACTS = 1_000 if quick() else 20_000
ROUNDS = 1 if quick() else 5
SINGLE = 20 if quick() else 200
IDLE_SECONDS = 0.03
AIMS_MS = {"p50": 10.0, "p99": 100.0}
RELAY_AIM, FOLLOW_AIM = 0.5, 0.25
_STREAM, _SUBJECT, _DURABLE = "BENCH", "bench.facts", "bench"
_SOURCE = "membership"
_SECONDS = 120.0
_TOGETHER = 1000


# --- what is stated


def a_fact() -> tuple[MemberAdmitted, str]:
    person = str(new_id())
    return MemberAdmitted(person_id=person, member_number="1", member_class="worker", may_vote=True, from_day="2025-01-01"), person


async def stated(voice: Voice, number: int) -> None:
    for _ in range(0, number, 500):
        await voice.state(*(a_fact() for _ in range(500)))


def a_message() -> bytes:
    """Of the size of such a fact in its envelope."""
    said, person = a_fact()
    envelope = Envelope(
        id=person,
        source=_SOURCE,
        epoch=1,
        number=10_000,
        type=said.DESCRIPTOR.full_name,
        actor="tests",
        cause="tests",
        payload=said.SerializeToString(),
    )
    envelope.at.FromDatetime(datetime.now(UTC))
    return envelope.SerializeToString()


# --- raw


@asynccontextmanager
async def raw_stream(kith: Kith) -> AsyncIterator[JetStreamContext]:
    """A stream as a service has it, and a client of its own."""
    found = kith.servers
    login = {"user": found.nats_user, "password": found.nats_password} if found.nats_user else {}
    client: Client = await nats.connect(found.nats_url, **login)
    js = client.jetstream(timeout=5)
    await js.add_stream(StreamConfig(name=_STREAM, subjects=[_SUBJECT], storage=StorageType.FILE, duplicate_window=120))
    try:
        yield js
    finally:
        await js.delete_stream(_STREAM)
        await client.close()


async def pulling(js: JetStreamContext) -> JetStreamContext.PullSubscription:
    await js.add_consumer(_STREAM, ConsumerConfig(durable_name=_DURABLE, ack_policy=AckPolicy.EXPLICIT, max_ack_pending=_TOGETHER))
    return await js.pull_subscribe_bind(durable=_DURABLE, stream=_STREAM)


async def raw_single(js: JetStreamContext, subscription: JetStreamContext.PullSubscription, body: bytes) -> float:
    """Milliseconds from publishing one message until a consumer that waits for it has it."""
    waiting = asyncio.create_task(subscription.fetch(1, timeout=5))
    await asyncio.sleep(IDLE_SECONDS)
    began = time.perf_counter()
    published = asyncio.create_task(js.publish(_SUBJECT, body))
    (message,) = await waiting
    taken = (time.perf_counter() - began) * 1000
    await asyncio.gather(published, message.ack())
    return taken


async def raw_publish(js: JetStreamContext, bodies: list[bytes]) -> None:
    for first in range(0, len(bodies), _TOGETHER):
        batch = bodies[first : first + _TOGETHER]
        sent = [await js.publish_async(_SUBJECT, body, headers={"Nats-Msg-Id": str(new_id())}) for body in batch]
        for acknowledged in sent:
            await acknowledged


async def raw_follow(subscription: JetStreamContext.PullSubscription, number: int) -> None:
    while number > 0:
        messages = await subscription.fetch(200, timeout=5)
        for message in messages:
            await message.ack()
        number -= len(messages)


async def seconds(work: Awaitable[object]) -> float:
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


# --- one fact on an idle system


async def singles(kith: Kith) -> list[tuple[float, float]]:
    """(ours, raw) in milliseconds."""
    async with running(kith, "governance") as co_op, voice_of(co_op, _SOURCE) as voice, raw_stream(kith) as js:
        subscription, body = await pulling(js), a_message()
        async with told_of_standings(co_op) as wait:
            await voice.state(a_fact())
            await wait()
            pairs = []
            for _ in range(SINGLE):
                await asyncio.sleep(IDLE_SECONDS)
                await voice.state(a_fact())
                began = time.perf_counter()
                await wait()
                ours = (time.perf_counter() - began) * 1000
                pairs.append((ours, await raw_single(js, subscription, body)))
            return pairs


@asynccontextmanager
async def told_of_standings(co_op: CoOp) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Waits for the next standing committed in governance's table: PostgreSQL itself says so, at the commit."""
    async with co_op.rows("governance", owner=True) as owner:
        await owner.execute(
            "create function told() returns trigger language plpgsql as $$ begin perform pg_notify('standing', ''); return null; end $$;"
            "create trigger told after insert on standing for each row execute function told()"
        )
    connection: asyncpg.Connection = await leader.connect(co_op.databases["governance"].run_url)
    come: asyncio.Queue[None] = asyncio.Queue()
    await connection.add_listener("standing", lambda *_: come.put_nowait(None))

    async def wait() -> None:
        async with asyncio.timeout(20):
            await come.get()

    try:
        yield wait
    finally:
        await connection.close()


# --- many facts


@dataclass(frozen=True)
class Bulk:
    """Seconds for `FACTS`, in each round."""

    relay: list[tuple[float, float]]
    follow_bare: list[tuple[float, float]]
    follow_projection: list[tuple[float, float]]


async def bulk(kith: Kith) -> Bulk:
    found = Bulk([], [], [])
    bodies = [a_message() for _ in range(FACTS)]
    for _ in range(ROUNDS):
        async with raw_stream(kith) as js:
            raw_published = await seconds(raw_publish(js, bodies))
            raw_followed = await seconds(raw_follow(await pulling(js), FACTS))
        relayed, bare, projected = await ours(kith)
        found.relay.append((relayed, raw_published))
        found.follow_bare.append((bare, raw_followed))
        found.follow_projection.append((projected, raw_followed))
    return found


async def ours(kith: Kith) -> tuple[float, float, float]:
    """The same with an outbox full of facts: relayed, followed without and with a projection."""
    servers = kith.servers
    bus = Bus(BusAddress(servers.nats_url, servers.nats_user, servers.nats_password), "bench")
    bus.start()
    await bus.ready()
    await _forget(bus)
    async with kith.databases.of_a_voice(_SOURCE) as source, kith.databases.of("governance") as listening:
        database = Database(source.run_url)
        await stated(Voice(database), FACTS)
        relaying = asyncio.create_task(Relay(_SOURCE, database, bus).run())
        relayed = await seconds(_until(source, "select published from outbox_state"))
        bare = await _followed(bus, listening, Reactions(_SOURCE, {}, ()), "position-only")
        await _reset(listening)
        projected = await _followed(bus, listening, membership.REACTIONS, "governance")
        relaying.cancel()
        await asyncio.gather(relaying, return_exceptions=True)
        await database.close()
    await bus.close()
    return relayed, bare, projected


async def _followed(bus: Bus, listening: Wanted, reactions: Reactions, name: str) -> float:
    database = Database(listening.run_url)
    following = asyncio.create_task(Consumer(name, reactions, database, bus, System()).run())
    taken = await seconds(_until(listening, "select coalesce(max(n), 0) from position"))
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    await database.close()
    return taken


async def _until(wanted: Wanted, sql: str) -> None:
    connection: asyncpg.Connection = await leader.connect(wanted.run_url)
    async with asyncio.timeout(_SECONDS):
        while await connection.fetchval(sql) < FACTS:
            await asyncio.sleep(0.02)
    await connection.close()


async def _reset(listening: Wanted) -> None:
    connection: asyncpg.Connection = await leader.connect(listening.run_url)
    await connection.execute("update position set n = 0")
    await connection.close()


async def _forget(bus: Bus) -> None:
    streams = await bus.js.streams_info()
    if stream_of(_SOURCE) in {one.config.name for one in streams}:
        await bus.js.delete_stream(stream_of(_SOURCE))


# --- the table


def _latency(pairs: list[tuple[float, float]]) -> tuple[str, bool]:
    ours_ms, raw_ms = [ours for ours, _ in pairs], [raw for _, raw in pairs]
    rows = [
        [name, f"{(own := share(ours_ms, part)):.1f}", f"{share(raw_ms, part):.1f}", f"{AIMS_MS[name]:.0f}", verdict(own, AIMS_MS[name])]
        for name, part in (("p50", 0.5), ("p99", 0.99))
    ]
    missed = any(row[-1] != verdict(0, 1) for row in rows)
    return grid(["commit to projection, idle", "ours ms", "raw publish to pull ms", "aim ms", ""], rows), missed


def _throughput(found: Bulk) -> tuple[str, bool]:
    rows, missed = [], False
    for name, pairs, aim in (
        ("outbox to JetStream", found.relay, RELAY_AIM),
        ("following, one write for a batch", found.follow_bare, FOLLOW_AIM),
        ("following into governance's standings", found.follow_projection, 0.0),
    ):
        rates = [f"{FACTS / statistics.median(column):,.0f}" for column in zip(*pairs, strict=True)]
        faster = 1 / ratio(pairs)
        missed |= bool(aim) and faster < aim
        judged = [f"{aim:.2f}", verdict(faster, aim, at_least=True)] if aim else ["none", ""]
        rows.append([name, *rates, f"{faster:.2f}", *judged])
    return grid([f"{FACTS} facts", "ours a second", "raw a second", "ours/raw", "aim at least", ""], rows), missed


async def main() -> int:
    with a_kith() as kith:
        latency, late = _latency(await singles(kith))
        throughput, slow = _throughput(await bulk(kith))
    show(
        "facts",
        "Facts from service to service",
        f"{SINGLE} single facts on an idle system, and {ROUNDS} interleaved rounds of {FACTS} at once; medians.",
        latency,
        throughput,
    )
    return int((late or slow) and not quick())


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
