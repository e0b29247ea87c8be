"""The outbox relay: publishes a service's committed events to JetStream, in order.

    outbox row without a number --(1) number--> numbered --(2) publish--> in the stream --(3) mark--> published

One relay is active for a service at a time: it runs only while its process holds the service's advisory lock
(`libs/host/leader_election.py`). A number once assigned never changes, and an event is published under its own id, so that publishing
twice is harmless.
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
from sqlalchemy import Row, bindparam, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from kith.envelope.v1.envelope_pb2 import Envelope, Head, ReplayRequest, ReplayResponse
from libs.database import wakeups
from libs.database.engine import Database
from libs.database.shared_tables import outbox, outbox_state
from libs.database.wakeups import wait_for_event
from libs.messages.bus import Bus, head_subject, request_subject
from libs.messages.cancellation import raise_if_cancelled
from libs.observe.logs import logger
from libs.observe.metrics import EVENTS_PUBLISHED, EVENTS_WAITING

LOG = logger("relay")
BATCH = 500
SAFETY_NET_SECONDS = 60.0
"""How often the outbox is read without a wake-up."""
RETRY_SECONDS = 1.0
"""While events wait for NATS or for our own database."""
BATCH_DELAY_SECONDS = 0.003
BUSY_SECONDS = 0.05
HEAD_INTERVAL_SECONDS = 5.0
MAX_REPLAY_EVENTS = 500
REFUSED_SECONDS = 30.0
_REPLAY_BYTES = 768 * 1024

# In SQL, because each is a whole round of the relay in one statement.
_ASSIGN_NUMBERS = text("""
with last as (select coalesce(max(number), 0) as n from outbox),
     next as (select id, row_number() over (order by seq) as k from outbox where number is null)
update outbox set number = last.n + next.k from last, next where outbox.id = next.id and outbox.number is null""")
_SELECT_STATE = text("""
select epoch, published, (select coalesce(max(number), 0) from outbox) as last, exists (select from outbox where number is null) as more
from outbox_state""")
# If a power cut undoes this update, its events are only published again, under the same ids: it need not wait for the disk.
_SET_PUBLISHED = text("""
update outbox_state set published = :number from (select set_config('synchronous_commit', 'off', true)) as soon
where published < :number""")
_BEGIN_EPOCH = update(outbox_state).where(outbox_state.c.epoch < bindparam("new")).values(epoch=bindparam("new"))
_SELECT_AFTER = select(outbox).where(outbox.c.number > bindparam("after")).order_by(outbox.c.number).limit(bindparam("at_most"))


@dataclass(frozen=True)
class OutboxState:
    """How far a service's events are numbered and published."""

    epoch: int
    number: int
    published: int
    unnumbered: bool

    @property
    def waiting(self) -> int:
        return self.number - self.published


class OutboxRelay:
    """The active relay of one service. `run` runs until cancelled."""

    def __init__(self, source: str, database: Database, bus: Bus) -> None:
        self._source = source
        # Each of the relay's statements is independent. A round follows nearly every command, so its database round trips count.
        self._autocommit_engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._database = database
        self._bus = bus
        self._number_lock = asyncio.Lock()
        self._published_head: Head | None = None
        self._head_published_at = 0.0
        self._refused_since: float | None = None

    @property
    def is_refused(self) -> bool:
        """Whether NATS has been connected and taken none of the events that wait for 30 seconds, as after a full disk."""
        return self._bus.connected and self._refused_since is not None and time.monotonic() - self._refused_since > REFUSED_SECONDS

    async def run(self) -> None:
        await self._bus.wait_connected()
        await self._ensure_stream()
        subscriptions = [
            await self._bus.client.subscribe(request_subject(self._source, "head"), cb=self._serve_head),
            await self._bus.client.subscribe(request_subject(self._source, "replay"), cb=self._serve_replay),
        ]
        try:
            with self._database.wakeups.subscribed(wakeups.EVENTS) as committed, self._bus.set_on_reconnect(committed):
                while True:
                    await self._publish_and_wait(committed)
        finally:
            for subscription in subscriptions:
                with contextlib.suppress(NatsError):
                    await subscription.unsubscribe()

    async def _publish_and_wait(self, committed: asyncio.Event) -> None:
        """Publishes what there is, then sleeps until there is more."""
        raise_if_cancelled()
        committed.clear()
        try:
            seconds = await self._run_once()
        except Exception as error:  # noqa: BLE001 - NATS or our own database is unreachable; the events stay in the outbox
            LOG.warning("relay_waits", source=self._source, error=type(error).__name__)
            seconds = RETRY_SECONDS
            await self._ensure_stream()
        ended = time.monotonic()
        if seconds and await self._sleep(committed, seconds) and time.monotonic() - ended < BUSY_SECONDS:
            # Batches what is committed together: a busy service must not pay one round per event. A quiet one publishes at once.
            await asyncio.sleep(BATCH_DELAY_SECONDS)

    async def _sleep(self, committed: asyncio.Event, seconds: float) -> bool:
        """Whether events were committed within that time. Meanwhile it repeats the head, for consumers that missed it."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if await wait_for_event(committed, min(left, HEAD_INTERVAL_SECONDS)):
                return True
            with contextlib.suppress(NatsError, OSError):
                await self._publish_head(self._published_head)
        return False

    async def assign_numbers(self) -> OutboxState:
        """Numbers every committed event, and returns the new state."""
        async with self._number_lock, self._autocommit_engine.connect() as connection:
            state = await read_outbox_state(connection)
            if not state.unnumbered:
                return state
            await connection.execute(_ASSIGN_NUMBERS)
            return await read_outbox_state(connection)

    async def _run_once(self) -> float:
        """Runs one round; returns for how many seconds there is nothing to do."""
        state = await self.assign_numbers()
        EVENTS_WAITING.labels(self._source).set(state.waiting)
        if not self._bus.connected:
            return RETRY_SECONDS if state.waiting else SAFETY_NET_SECONDS
        await self._publish_head(Head(source=self._source, epoch=state.epoch, number=state.number))
        if not state.waiting:
            return SAFETY_NET_SECONDS
        async with self._autocommit_engine.connect() as connection:
            rows = (await connection.execute(_SELECT_AFTER, {"after": state.published, "at_most": BATCH})).all()
        await self._publish_or_note_refusal(rows, state.epoch)
        async with self._autocommit_engine.connect() as connection:
            await connection.execute(_SET_PUBLISHED, {"number": rows[-1].number})
        EVENTS_PUBLISHED.labels(self._source).inc(len(rows))
        EVENTS_WAITING.labels(self._source).set(state.number - rows[-1].number)
        return 0.0 if state.number > rows[-1].number else SAFETY_NET_SECONDS

    async def _publish_or_note_refusal(self, rows: Sequence[Row[tuple[object, ...]]], epoch: int) -> None:
        try:
            await self._publish(rows, epoch)
        except (NatsError, JetStreamError, OSError):
            if not self._bus.connected:
                self._refused_since = None
            elif self._refused_since is None:
                self._refused_since = time.monotonic()
            raise
        self._refused_since = None

    async def _publish(self, rows: Sequence[Row[tuple[object, ...]]], epoch: int) -> None:
        """Publishes in number order on one connection; the acknowledgements are awaited together."""
        acknowledgements: list[asyncio.Future[PubAck]] = []
        try:
            for row in rows:
                body = envelope_of(row, self._source, epoch).SerializeToString()
                acknowledgements.append(await self._bus.js.publish_async(row.subject, body, headers={"Nats-Msg-Id": str(row.id)}))
            async with asyncio.timeout(10):
                for acknowledgement in acknowledgements:
                    await acknowledgement
        finally:
            # The client has 4000 slots for expected acknowledgements: those nobody awaits any more must free theirs.
            for acknowledgement in acknowledgements:
                acknowledgement.cancel()

    async def _publish_head(self, head: Head | None) -> None:
        """Publishes it if it is new, or was last published a while ago."""
        now = time.monotonic()
        repeated = head == self._published_head and now - self._head_published_at < HEAD_INTERVAL_SECONDS
        if head is None or repeated or not self._bus.connected:
            return
        await self._bus.client.publish(head_subject(self._source), head.SerializeToString())
        self._published_head, self._head_published_at = head, now

    async def _ensure_stream(self) -> None:
        """Recreates the stream after a failure: it may be gone with its store."""
        with contextlib.suppress(NatsError, JetStreamError, OSError, TimeoutError):
            await self._bus.ensure_stream(self._source)

    async def _serve_head(self, message: Msg) -> None:
        with contextlib.suppress(NatsError):
            state = await self.assign_numbers()
            await message.respond(Head(source=self._source, epoch=state.epoch, number=state.number).SerializeToString())

    async def _serve_replay(self, message: Msg) -> None:
        request = ReplayRequest.FromString(message.data)
        async with self._database.engine.connect() as connection:
            state = await read_outbox_state(connection)
            limit = max(1, min(request.limit, MAX_REPLAY_EVENTS))
            rows = (await connection.execute(_SELECT_AFTER, {"after": request.after, "at_most": limit})).all()
        response = ReplayResponse(head=Head(source=self._source, epoch=state.epoch, number=state.number))
        size = 0
        for row in rows:
            envelope = envelope_of(row, self._source, state.epoch)
            size += envelope.ByteSize()
            if size > _REPLAY_BYTES and response.facts:
                break
            response.facts.append(envelope)
        with contextlib.suppress(NatsError):
            await message.respond(response.SerializeToString())


async def begin_epoch(database: Database, epoch: int) -> None:
    """After a restore, before anything is published: all who follow these events follow them anew, from number 1."""
    async with database.engine.begin() as connection:
        await connection.execute(_BEGIN_EPOCH, {"new": epoch})


async def read_outbox_state(connection: AsyncConnection) -> OutboxState:
    """How far the events of this database's service are numbered and published."""
    row = (await connection.execute(_SELECT_STATE)).one()
    return OutboxState(row.epoch, row.last, row.published, row.more)


def envelope_of(row: Row[tuple[object, ...]], source: str, epoch: int) -> Envelope:
    """The envelope of one outbox row; always the same bytes."""
    envelope = Envelope(
        id=str(row.id),
        source=source,
        epoch=epoch,
        number=row.number,
        type=row.type,
        actor=row.actor,
        cause=row.cause,
        traceparent=row.traceparent,
        acting_for=row.acting_for,
        helped_by=row.helped_by,
        payload=bytes(row.payload),
    )
    envelope.at.FromDatetime(row.at)
    return envelope
