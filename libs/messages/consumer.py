"""The consumer: follows another service's events, in number order, each exactly once in effect.

JetStream is only the transport. What counts is the `position` row in our own database, updated in the transaction of the events' effects:
whatever is lost, duplicated or reordered on the way, the position says which event is next; a replay from the source's outbox fills gaps.
"""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from google.protobuf.message import DecodeError
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.client import JetStreamContext
from nats.js.errors import Error as JetStreamError
from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import insert

from kith.envelope.v1.envelope_pb2 import Envelope, Head, HeadRequest, ReplayRequest, ReplayResponse
from libs import callers
from libs.clock import Clock
from libs.database import wakeups
from libs.database.engine import DATABASE_ERRORS, Database, UnitOfWork
from libs.database.shared_tables import position, position_skip
from libs.messages.bus import Bus, head_subject, request_subject, stream_name
from libs.messages.cancellation import cancel_until_done, raise_if_cancelled
from libs.messages.consumer_progress import ConsumerProgress
from libs.messages.envelope import Event, event_of
from libs.messages.reactions import Reactions, empty_projections
from libs.observe import traces
from libs.observe.logs import logger, traceback_lines
from libs.observe.metrics import EVENT_POSITION, EVENTS_CONSUMED
from libs.refusals import Refusal, Unavailable

LOG = logger("consumer")
BATCH = 200
FETCH_SECONDS = 60.0
"""How long the server is asked to wait for events at a time."""
SAFETY_NET_SECONDS = 60.0
"""How often the position is read without a wake-up."""
BEHIND_SECONDS = 5.0
"""A consumer that stays behind the head this long has lost the latest events on the way."""
FIRST_RETRY_SECONDS = 0.1
MAX_RETRY_SECONDS = 30.0
RESTART_SECONDS = 1.0

_POSITION = select(position).where(position.c.source == bindparam("source"))
_LOCK_POSITION = _POSITION.with_for_update()
_INSERT_POSITION = insert(position)
_CREATE_POSITION = _INSERT_POSITION.on_conflict_do_nothing()
_RESET_POSITION = _INSERT_POSITION.on_conflict_do_update(
    index_elements=[position.c.source], set_={"epoch": _INSERT_POSITION.excluded.epoch, "n": _INSERT_POSITION.excluded.n}
)
_SKIPPED = select(position_skip.c.number).where(position_skip.c.source == bindparam("source"), position_skip.c.epoch == bindparam("epoch"))
# A reaction's commit need not wait for the disk: position and effects are one transaction, so a power cut undoes both, and the source
# sends the event again. Events that a reaction publishes in turn are numbered by a transaction that does wait, and flushes all before it.
# In SQL, because the setting rides along in the same statement.
_ADVANCE = text("""
update position set n = :to from (select set_config('synchronous_commit', 'off', true)) as soon
where source = :source and epoch = :epoch and n = :after""")


class _PositionMovedError(Exception):
    pass


class Consumer:
    """Follows one source for one service. `run` runs until cancelled."""

    def __init__(self, service: str, reactions: Reactions, database: Database, bus: Bus, clock: Clock) -> None:
        self._service = service
        self._reactions = reactions
        self._source = reactions.source
        self._database = database
        self._bus = bus
        self._clock = clock
        self.progress = ConsumerProgress(reactions.source)
        self._apply_lock = asyncio.Lock()
        self._skipped: frozenset[int] = frozenset()
        self._look_for_gaps = asyncio.Event()
        self._gap_timer: asyncio.TimerHandle | None = None
        self._resubscribe = asyncio.Event()

    async def run(self) -> None:
        while True:
            raise_if_cancelled()
            try:
                await self._run()
            except Exception as error:  # noqa: BLE001 - our database may be unreachable for a while; a consumer that stopped for good would go stale unseen
                LOG.warning("consumer_waits", service=self._service, source=self._source, error=_error_name(error))
                await asyncio.sleep(RESTART_SECONDS)

    async def _run(self) -> None:
        await self._load_position()
        await self._bus.wait_connected()
        heads = await self._bus.client.subscribe(head_subject(self._source), cb=self._on_head)
        tasks = [asyncio.create_task(self._follow_stream()), asyncio.create_task(self._watch_for_gaps())]
        try:
            # No TaskGroup: on 3.11 its own cancellation of us may linger, and the next await in `run` would end it for good.
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await cancel_until_done(*tasks)
            with contextlib.suppress(NatsError):
                await heads.unsubscribe()

    async def catch_up(self, wait_seconds: float = 2.0) -> int:
        """Asks the source for its head, waits until we have reached it, and returns that number; for this long in all.

        On return, everything the source had committed when asked is in our own tables. Raises Unavailable SOURCE_AWAY if that fails.
        """
        try:
            async with asyncio.timeout(wait_seconds):
                reply = await self._bus.client.request(
                    request_subject(self._source, "head"), HeadRequest().SerializeToString(), timeout=wait_seconds
                )
                head = Head.FromString(reply.data)
                self._record_head(head)
                while self.progress.position < head.number or self.progress.epoch != head.epoch:
                    if self.progress.stopped_by:
                        raise Unavailable("SOURCE_AWAY", source=self._source)
                    if not await self._replay_batch():
                        await asyncio.sleep(0.05)
        except (NatsError, OSError, TimeoutError) as error:
            raise Unavailable("SOURCE_AWAY", source=self._source) from error
        return head.number

    # --- the position

    async def _load_position(self) -> None:
        async with self._database.engine.begin() as connection:
            await connection.execute(_CREATE_POSITION, {"source": self._source, "epoch": 1, "n": 0})
            row = (await connection.execute(_POSITION, {"source": self._source})).one()
            skipped = await connection.execute(_SKIPPED, {"source": self._source, "epoch": row.epoch})
            self._skipped = frozenset(skipped.scalars())
        if row.n < self.progress.position:
            # An operator's rebuild: the stream will not deliver again what it has already delivered.
            self._request_replay_soon()
        self.progress.epoch, self.progress.position = row.epoch, row.n
        self._update_lag()

    async def _on_head(self, message: Msg) -> None:
        self._record_head(Head.FromString(message.data))

    def _record_head(self, head: Head) -> None:
        progress = self.progress
        progress.head, progress.head_epoch, progress.head_received_at = head.number, head.epoch, datetime.now(UTC)
        self._update_lag()

    def _update_lag(self) -> None:
        progress = self.progress
        EVENT_POSITION.labels(self._service, self._source).set(progress.position)
        if progress.restored:
            self._request_replay_soon()
        elif progress.position >= progress.head:
            progress.behind_since = None
        elif progress.behind_since is None:
            progress.behind_since = time.monotonic()
            if self._gap_timer is None or self._gap_timer.when() < asyncio.get_running_loop().time():
                # If nothing arrives, the tail was lost: `_watch_for_gaps` looks after a while, once for all that is late by then.
                self._gap_timer = asyncio.get_running_loop().call_later(BEHIND_SECONDS, self._wake_gap_watch)

    def _wake_gap_watch(self) -> None:
        """Wakes the watch of now: it may have been restarted, with another event, since the timer was set."""
        self._look_for_gaps.set()

    def _request_replay_soon(self) -> None:
        """Makes the next check for gaps request a replay at once."""
        self.progress.behind_since = time.monotonic() - BEHIND_SECONDS
        self._look_for_gaps.set()

    # --- following the stream

    async def _follow_stream(self) -> None:
        while True:
            raise_if_cancelled()
            try:
                subscription = await self._subscribe()
            except (NatsError, JetStreamError, OSError, TimeoutError):
                await asyncio.sleep(0.5)
                continue
            try:
                await self._fetch_batches(subscription)
            except (NatsError, JetStreamError, OSError):
                # NATS is unreachable, or the stream went with its store: recreate the durable consumer and continue from our position.
                await asyncio.sleep(0.5)
            finally:
                # Pending fetches under it would deliver to nobody.
                await _unsubscribe(subscription)

    async def _fetch_batches(self, subscription: JetStreamContext.PullSubscription) -> None:
        """Until the server no longer waits on our behalf: the connection is a new one, or the stream went with its store."""
        self._resubscribe.clear()
        with self._bus.set_on_reconnect(self._resubscribe):
            while not self._resubscribe.is_set():
                # A fetch that is cancelled just as events arrive returns the events and swallows the cancellation.
                raise_if_cancelled()
                messages = await self._next_messages(subscription)
                await self._apply_events(_parse_envelopes(messages))
                for message in messages:
                    with contextlib.suppress(NatsError):
                        await message.ack()

    async def _next_messages(self, subscription: JetStreamContext.PullSubscription) -> list[Msg]:
        """Empty if there were none within a minute, or it is time to subscribe again."""
        fetching = asyncio.ensure_future(subscription.fetch(BATCH, timeout=FETCH_SECONDS))
        resubscribing = asyncio.ensure_future(self._resubscribe.wait())
        try:
            await asyncio.wait((fetching, resubscribing), return_when=asyncio.FIRST_COMPLETED)
            return fetching.result() if fetching.done() else []
        except TimeoutError:
            return []
        finally:
            # Cancelled just as an event arrives, a fetch goes on waiting for more, up to its minute.
            await cancel_until_done(fetching, resubscribing)

    async def _subscribe(self) -> JetStreamContext.PullSubscription:
        await self._bus.ensure_stream(self._source)
        config = ConsumerConfig(
            durable_name=self._durable,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=60,
            deliver_policy=DeliverPolicy.ALL,
            filter_subject=f"kith.{self._source}.>",
            max_ack_pending=BATCH * 4,
        )
        await self._bus.js.add_consumer(stream_name(self._source), config)
        return await self._bus.js.pull_subscribe_bind(durable=self._durable, stream=stream_name(self._source))

    @property
    def _durable(self) -> str:
        return f"{self._service}-from-{self._source}"

    async def _watch_for_gaps(self) -> None:
        """Requests a replay when the stream does not deliver what the head says exists."""
        with self._database.wakeups.subscribed(wakeups.POSITION) as self._look_for_gaps:
            while True:
                raise_if_cancelled()
                self._look_for_gaps.clear()
                async with self._apply_lock:
                    # An operator's rebuild may have reset the position.
                    await self._load_position()
                await wakeups.wait_for_event(self._look_for_gaps, await self._close_gap())

    async def _close_gap(self) -> float:
        """Replays if nothing has arrived for too long. Returns in how many seconds to look again, if nothing wakes us before."""
        if (left := self._seconds_until_late()) > 0:
            return left
        try:
            while self._bus.connected and await self._replay_batch():
                # What did not arrive by itself may have no subscription left to arrive through.
                self._resubscribe.set()
        except (Unavailable, TimeoutError):
            LOG.info("replay_waits", service=self._service, source=self._source)
        return self._seconds_until_late() or RESTART_SECONDS

    def _seconds_until_late(self) -> float:
        """How long to wait for what has not arrived; 0 if it is lost."""
        behind_since = self.progress.behind_since
        return SAFETY_NET_SECONDS if behind_since is None else max(0.0, behind_since + BEHIND_SECONDS - time.monotonic())

    async def _replay_batch(self) -> int:
        """Fetches the next events from the source itself and applies them; returns how many there were."""
        request = ReplayRequest(source=self._source, after=self.progress.position, limit=BATCH)
        try:
            reply = await self._bus.client.request(request_subject(self._source, "replay"), request.SerializeToString(), timeout=5)
        except (NatsError, OSError) as error:
            raise Unavailable("SOURCE_AWAY", source=self._source) from error
        response = ReplayResponse.FromString(reply.data)
        if response.head.epoch != self.progress.epoch:
            await self._reset_to_epoch(response.head.epoch)
            return 1
        await self._apply_events(list(response.facts))
        return len(response.facts)

    # --- applying

    async def _apply_events(self, envelopes: list[Envelope]) -> None:
        """Applies the next events in order; known ones are ignored, a gap is left to the replay."""
        async with self._apply_lock:
            delay, batched = FIRST_RETRY_SECONDS, True
            while ready := self._next_events(envelopes):
                events = ready if batched else ready[:1]
                try:
                    await self._commit_events(events)
                    delay = FIRST_RETRY_SECONDS
                except _PositionMovedError:
                    await self._load_position()
                except Exception as error:  # noqa: BLE001 - whatever a reaction raises stops its source, visibly, and is retried
                    if len(events) > 1:
                        # Going one at a time finds the failing event, and applies those before it.
                        batched = False
                    else:
                        delay = await self._wait_after_failure(events[0], error, delay)

    def _next_events(self, envelopes: list[Envelope]) -> list[Event]:
        after, ready = self.progress.position, []
        for envelope in envelopes:
            if envelope.epoch != self.progress.epoch:
                continue
            if envelope.number == after + 1:
                ready.append(event_of(envelope))
                after += 1
            elif envelope.number > after + 1:
                # Lost on the way, or delivered to another process under our name: waiting for it is no use.
                self.progress.head = max(self.progress.head, envelope.number)
                self._request_replay_soon()
        return ready

    async def _commit_events(self, events: list[Event]) -> None:
        """Commits position and reactions of all these events in one transaction.

        The position moves first: anything else that would move it (another process, a rebuild) then waits for us, or we for it, before
        anything else changes.
        """
        first, last = events[0], events[-1]
        caller = callers.reaction(self._source)
        async with self._database.work(caller, self._clock.now(), str(first.id)) as work:
            moved = await work.connection.execute(
                _ADVANCE, {"source": self._source, "epoch": self.progress.epoch, "after": first.number - 1, "to": last.number}
            )
            if moved.rowcount != 1:
                raise _PositionMovedError
            for event in events:
                await self._handle_event(work, event)
        self.progress.position, self.progress.stopped_by = last.number, ""
        EVENTS_CONSUMED.labels(self._service, self._source).inc(len(events))
        self._update_lag()

    async def _handle_event(self, work: UnitOfWork, event: Event) -> None:
        handler = self._reactions.handlers.get(event.type)
        if handler is None:
            return
        if event.number in self._skipped:
            LOG.warning("fact_skipped", service=self._service, source=self._source, number=event.number)
            return
        work.cause = str(event.id)
        with traces.event_span(f"{self._service} {event.type.rsplit('.', 1)[1]}", event.traceparent) as traceparent:
            work.traceparent = traceparent
            await handler(work, event)

    async def _wait_after_failure(self, event: Event, error: Exception, delay: float) -> float:
        """Logs the failure, waits, and checks whether an operator ordered a skip; returns the next delay."""
        self.progress.stopped_by = event.type
        LOG.error(
            "reaction_failed",
            service=self._service,
            source=self._source,
            number=event.number,
            type=event.type,
            error=_error_name(error),
            where=traceback_lines(error),
        )
        await asyncio.sleep(delay)
        with contextlib.suppress(Unavailable, *DATABASE_ERRORS):
            await self._load_position()
        return min(delay * 2, MAX_RETRY_SECONDS)

    async def _reset_to_epoch(self, epoch: int) -> None:
        """Handles a source in a new epoch: empties what only its events filled, and follows from number 1.

        The position is locked first, as in `_commit_events`: another process that commits events waits, or we for it.
        """
        LOG.warning("source_restored", service=self._service, source=self._source, epoch=epoch)
        async with self._apply_lock, self._database.engine.begin() as connection:
            await connection.execute(_LOCK_POSITION, {"source": self._source})
            await empty_projections(connection, self._reactions)
            await connection.execute(_RESET_POSITION, {"source": self._source, "epoch": epoch, "n": 0})
        await self._load_position()


def _parse_envelopes(messages: Sequence[Msg]) -> list[Envelope]:
    """Parses messages and drops unreadable ones; if one should have been an event, the gap causes a replay from the source."""
    envelopes = []
    for message in messages:
        try:
            envelopes.append(Envelope.FromString(message.data))
        except DecodeError:
            LOG.error("message_unreadable", subject=message.subject)
    return envelopes


def _error_name(error: Exception) -> str:
    return error.reason if isinstance(error, Refusal) else type(error).__name__


async def _unsubscribe(subscription: Subscription | JetStreamContext.PullSubscription) -> None:
    with contextlib.suppress(NatsError, JetStreamError, OSError):
        await subscription.unsubscribe()
