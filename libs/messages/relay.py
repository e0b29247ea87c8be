"""The relay: takes a service's committed facts to JetStream in order.

    outbox row without a number --(1) number--> numbered --(2) publish--> in the stream --(3) mark--> published

One relay is active for a service at a time: it runs only while its process holds the service's advisory lock (`libs/host/leader.py`). A
number once given never moves, and a fact is published under its own id, so that publishing twice is harmless.
"""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import PubAck
from nats.js.errors import Error as JetStreamError
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from kith.envelope.v1.envelope_pb2 import Envelope, Head, ReplayRequest, ReplayResponse
from libs.database import wakeups
from libs.database.engine import Database
from libs.database.wakeups import wait
from libs.messages.bus import Bus, ask_subject, head_subject, leave_when_told
from libs.observe.logs import logger
from libs.observe.metrics import FACTS_PUBLISHED, FACTS_WAITING

LOG = logger("relay")
BATCH = 500
NET_SECONDS = 60.0
"""Between looks at the outbox when nothing woke us: a safety net, not the way."""
AGAIN_SECONDS = 1.0
"""While events wait for NATS or for our own database."""
LINGER = 0.003
HEAD_EVERY = 5.0
REPLAY_AT_MOST = 500
_REPLAY_BYTES = 768 * 1024

_NUMBER = text("""
with last as (select coalesce(max(number), 0) as n from outbox),
     next as (select id, row_number() over (order by seq) as k from outbox where number is null)
update outbox set number = last.n + next.k from last, next where outbox.id = next.id and outbox.number is null""")
_STATE = text("""
select epoch, published, (select coalesce(max(number), 0) from outbox) as last, exists (select from outbox where number is null) as more
from outbox_state""")
_AFTER = text("""
select id, number, type, subject, payload, at, actor, cause, traceparent from outbox
where number > :after order by number limit :limit""")
# A mark that a power cut takes back only means that its facts are published again, under the ids they have: it need not wait for the disk.
_MARK = text("""
update outbox_state set published = :number from (select set_config('synchronous_commit', 'off', true)) as soon
where published < :number""")


@dataclass(frozen=True)
class Outbox:
    """How far a service has stated and published."""

    epoch: int
    number: int
    published: int
    unnumbered: bool

    @property
    def waiting(self) -> int:
        return self.number - self.published


class Relay:
    """The one active relay of a service. `run` until cancelled."""

    def __init__(self, source: str, database: Database, bus: Bus) -> None:
        self._source = source
        # Each of the relay's statements stands for itself. A round follows nearly every command, so its trips to the database count.
        self._alone = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._database = database
        self._bus = bus
        self._numbering = asyncio.Lock()
        self._head: Head | None = None
        self._head_at = 0.0

    async def run(self) -> None:
        await self._bus.ready()
        await self._mend()
        answers = [
            await self._bus.client.subscribe(ask_subject(self._source, "head"), cb=self._answer_head),
            await self._bus.client.subscribe(ask_subject(self._source, "replay"), cb=self._answer_replay),
        ]
        try:
            with self._database.wakeups.subscribed(wakeups.EVENTS) as committed, self._bus.wakes(committed):
                while True:
                    await self._round(committed)
        finally:
            for answer in answers:
                with contextlib.suppress(NatsError):
                    await answer.unsubscribe()

    async def _round(self, committed: asyncio.Event) -> None:
        """Publishes what there is, then sleeps until there is more."""
        leave_when_told()
        committed.clear()
        try:
            seconds = await self._once()
        except Exception as error:  # noqa: BLE001 - NATS or our own database is away; facts wait, and the relay with them
            LOG.warning("relay_waits", source=self._source, error=type(error).__name__)
            seconds = AGAIN_SECONDS
            await self._mend()
        if seconds and await self._woken(committed, seconds):
            # What is committed together goes out together: a busy service must not pay a round for every fact.
            await asyncio.sleep(LINGER)

    async def _woken(self, committed: asyncio.Event, seconds: float) -> bool:
        """Sleeps until events were committed, or so long, and repeats the head meanwhile for those who missed it."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if await wait(committed, min(left, HEAD_EVERY)):
                return True
            with contextlib.suppress(NatsError, OSError):
                await self._say_head(self._head)
        return False

    async def number(self) -> Outbox:
        """Gives every committed fact its number, and says how far that is."""
        async with self._numbering, self._alone.connect() as connection:
            state = await outbox(connection)
            if not state.unnumbered:
                return state
            await connection.execute(_NUMBER)
            return await outbox(connection)

    async def _once(self) -> float:
        """One round; says for how many seconds there is nothing to do."""
        state = await self.number()
        FACTS_WAITING.labels(self._source).set(state.waiting)
        if not self._bus.connected:
            return AGAIN_SECONDS if state.waiting else NET_SECONDS
        await self._say_head(Head(source=self._source, epoch=state.epoch, number=state.number))
        if not state.waiting:
            return NET_SECONDS
        async with self._alone.connect() as connection:
            rows = (await connection.execute(_AFTER, {"after": state.published, "limit": BATCH})).all()
        await self._publish(rows, state.epoch)
        async with self._alone.connect() as connection:
            await connection.execute(_MARK, {"number": rows[-1].number})
        FACTS_PUBLISHED.labels(self._source).inc(len(rows))
        FACTS_WAITING.labels(self._source).set(state.number - rows[-1].number)
        return 0.0 if state.number > rows[-1].number else NET_SECONDS

    async def _publish(self, rows: Sequence[Row[tuple[object, ...]]], epoch: int) -> None:
        """In number order on one connection; the acknowledgements are awaited together."""
        waiting: list[asyncio.Future[PubAck]] = []
        try:
            for row in rows:
                body = envelope_of(row, self._source, epoch).SerializeToString()
                waiting.append(await self._bus.js.publish_async(row.subject, body, headers={"Nats-Msg-Id": str(row.id)}))
            async with asyncio.timeout(10):
                for acknowledged in waiting:
                    await acknowledged
        finally:
            # The client keeps a place for every answer it still expects, 4000 in all: what nobody waits for any more gives its place up.
            for acknowledged in waiting:
                acknowledged.cancel()

    async def _say_head(self, head: Head | None) -> None:
        """Publishes it when it is new, or was published a while ago."""
        now = time.monotonic()
        if head is None or not self._bus.connected or (head == self._head and now - self._head_at < HEAD_EVERY):
            return
        await self._bus.client.publish(head_subject(self._source), head.SerializeToString())
        self._head, self._head_at = head, now

    async def _mend(self) -> None:
        """After a failure: the stream may be gone with its store."""
        with contextlib.suppress(NatsError, JetStreamError, OSError, TimeoutError):
            await self._bus.ensure_stream(self._source)

    async def _answer_head(self, message: Msg) -> None:
        with contextlib.suppress(NatsError):
            state = await self.number()
            await message.respond(Head(source=self._source, epoch=state.epoch, number=state.number).SerializeToString())

    async def _answer_replay(self, message: Msg) -> None:
        asked = ReplayRequest.FromString(message.data)
        async with self._database.engine.connect() as connection:
            state = await outbox(connection)
            limit = max(1, min(asked.limit, REPLAY_AT_MOST))
            rows = (await connection.execute(_AFTER, {"after": asked.after, "limit": limit})).all()
        answer = ReplayResponse(head=Head(source=self._source, epoch=state.epoch, number=state.number))
        size = 0
        for row in rows:
            envelope = envelope_of(row, self._source, state.epoch)
            size += envelope.ByteSize()
            if size > _REPLAY_BYTES and answer.facts:
                break
            answer.facts.append(envelope)
        with contextlib.suppress(NatsError):
            await message.respond(answer.SerializeToString())


async def outbox(connection: AsyncConnection) -> Outbox:
    """How far the service of this database is."""
    row = (await connection.execute(_STATE)).one()
    return Outbox(row.epoch, row.last, row.published, row.more)


def envelope_of(row: Row[tuple[object, ...]], source: str, epoch: int) -> Envelope:
    """The envelope of one outbox row; the same bytes each time."""
    envelope = Envelope(
        id=str(row.id),
        source=source,
        epoch=epoch,
        number=row.number,
        type=row.type,
        actor=row.actor,
        cause=row.cause,
        traceparent=row.traceparent,
        payload=bytes(row.payload),
    )
    envelope.at.FromDatetime(row.at)
    return envelope
