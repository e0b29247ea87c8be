"""The consumer: follows one other service's facts, in number order, each exactly once in effect.

JetStream only carries. What counts is the `position` row in our own database, moved in the same transaction as what the facts changed:
whatever is lost, doubled or reordered on the way, the position says what is next, and a replay from the source's outbox fills every gap.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from google.protobuf.message import DecodeError
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.client import JetStreamContext
from nats.js.errors import Error as JetStreamError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kith.envelope.v1.envelope_pb2 import Envelope, Head, HeadRequest, ReplayRequest, ReplayResponse
from libs import callers
from libs.clock import Clock
from libs.database import wakeups
from libs.database.engine import Database, Work
from libs.messages.bus import Bus, ask_subject, head_subject, leave_when_told, stream_of
from libs.messages.envelope import Fact, fact_of
from libs.observe import traces
from libs.observe.logs import logger, whereabouts
from libs.observe.metrics import FACT_POSITION, FACTS_FOLLOWED
from libs.refusals import Elsewhere, Refusal

LOG = logger("consumer")
BATCH = 200
FETCH_SECONDS = 60.0
"""How long the server is asked to wait for events at a time."""
NET_SECONDS = 60.0
"""Between looks at our own position when nothing woke us."""
BEHIND_SECONDS = 5.0
"""Standing this long behind the head means the tail was lost on the way."""
BACK_OFF_FIRST = 0.1
BACK_OFF_MOST = 30.0
AGAIN_SECONDS = 1.0

Handler = Callable[[Work, Fact], Awaitable[None]]

_POSITION = text("select epoch, n from position where source = :source")
_BEGIN = text("insert into position (source, epoch, n) values (:source, :epoch, 0) on conflict do nothing")
# What a reaction did need not wait for the disk: position and effects are one transaction, so a power cut takes back both, and the source
# tells it again. What a reaction states in turn is numbered by a transaction that does wait, and with it everything before it.
_MOVE = text("""
update position set n = :to from (select set_config('synchronous_commit', 'off', true)) as soon
where source = :source and epoch = :epoch and n = :after""")
_RESET = text("""
insert into position (source, epoch, n) values (:source, :epoch, 0)
on conflict (source) do update set epoch = :epoch, n = 0""")
_SKIPPED = text("select number from position_skip where source = :source and epoch = :epoch")


@dataclass(frozen=True)
class Reactions:
    """What a service does about another one's facts: a handler for each type, and the tables only they fill (children first)."""

    source: str
    handlers: Mapping[str, Handler]
    projections: Sequence[str]


@dataclass
class Standing:
    """How far behind a source we are, for health, the operator's page and freezing a roll."""

    source: str
    position: int = 0
    head: int = 0
    epoch: int = 0
    head_epoch: int = 0
    head_heard: datetime | None = None
    stopped_by: str = ""
    behind_since: float | None = field(default=None, repr=False)

    @property
    def behind(self) -> int:
        return self.head if self.restored else max(0, self.head - self.position)

    @property
    def restored(self) -> bool:
        """The source lives in another epoch: what we hold may never have happened there, whatever its number."""
        return self.head_epoch not in (0, self.epoch)


class _Moved(Exception):
    pass


class Consumer:
    """Follows one source for one service. `run` until cancelled."""

    def __init__(self, service: str, reactions: Reactions, database: Database, bus: Bus, clock: Clock) -> None:
        self._service = service
        self._reactions = reactions
        self._source = reactions.source
        self._database = database
        self._bus = bus
        self._clock = clock
        self.standing = Standing(reactions.source)
        self._applying = asyncio.Lock()
        self._skipped: frozenset[int] = frozenset()
        self._look = asyncio.Event()
        """Set when a replay may be needed."""
        self._looking: asyncio.TimerHandle | None = None
        self._resubscribe = asyncio.Event()

    async def run(self) -> None:
        while True:
            leave_when_told()
            try:
                await self._run()
            except Exception as error:  # noqa: BLE001 - our database may be away for a while; whoever stops listening for good goes stale unseen
                LOG.warning("consumer_waits", service=self._service, source=self._source, error=_name_of(error))
                await asyncio.sleep(AGAIN_SECONDS)

    async def _run(self) -> None:
        await self._load()
        await self._bus.ready()
        heads = await self._bus.client.subscribe(head_subject(self._source), cb=self._hear_head)
        parts = [asyncio.create_task(self._follow()), asyncio.create_task(self._watch())]
        try:
            # No TaskGroup: on 3.11 it may leave its own cancelling of us behind, and the next wait of `run` would end it for good.
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for part in done:
                part.result()
        finally:
            for part in parts:
                part.cancel()
            await asyncio.gather(*parts, return_exceptions=True)
            with contextlib.suppress(NatsError):
                await heads.unsubscribe()

    async def up_to_date(self, wait_seconds: float = 2.0) -> int:
        """Asks the source for its head, waits until we stand there, and gives that number.

        Raises Elsewhere SOURCE_AWAY when it cannot be known. Everything the source had committed when asked is then in our own tables.
        """
        try:
            answer = await self._bus.client.request(
                ask_subject(self._source, "head"), HeadRequest().SerializeToString(), timeout=wait_seconds
            )
        except (NatsError, OSError, TimeoutError) as error:
            raise Elsewhere("SOURCE_AWAY", source=self._source) from error
        head = Head.FromString(answer.data)
        self._note_head(head)
        try:
            async with asyncio.timeout(wait_seconds):
                while self.standing.position < head.number or self.standing.epoch != head.epoch:
                    if self.standing.stopped_by:
                        raise Elsewhere("SOURCE_AWAY", source=self._source)
                    if not await self._replay():
                        await asyncio.sleep(0.05)
        except TimeoutError as error:
            raise Elsewhere("SOURCE_AWAY", source=self._source) from error
        return head.number

    # --- where we stand

    async def _load(self) -> None:
        async with self._database.engine.begin() as connection:
            await connection.execute(_BEGIN, {"source": self._source, "epoch": 1})
            row = (await connection.execute(_POSITION, {"source": self._source})).one()
            skipped = await connection.execute(_SKIPPED, {"source": self._source, "epoch": row.epoch})
            self._skipped = frozenset(skipped.scalars())
        if row.n < self.standing.position:
            # An operator's rebuild: the stream will not bring again what it brought before.
            self._hurry()
        self.standing.epoch, self.standing.position = row.epoch, row.n
        self._note_behind()

    async def _hear_head(self, message: Msg) -> None:
        self._note_head(Head.FromString(message.data))

    def _note_head(self, head: Head) -> None:
        standing = self.standing
        standing.head, standing.head_epoch, standing.head_heard = head.number, head.epoch, datetime.now(UTC)
        self._note_behind()

    def _note_behind(self) -> None:
        standing = self.standing
        FACT_POSITION.labels(self._service, self._source).set(standing.position)
        if standing.restored:
            self._hurry()
        elif standing.position >= standing.head:
            standing.behind_since = None
        elif standing.behind_since is None:
            standing.behind_since = time.monotonic()
            if self._looking is None or self._looking.when() < asyncio.get_running_loop().time():
                # If nothing comes, the tail was lost: `_watch` looks after a while, once for all that are late by then.
                self._looking = asyncio.get_running_loop().call_later(BEHIND_SECONDS, self._look.set)

    def _hurry(self) -> None:
        """The next look asks for a replay at once."""
        self.standing.behind_since = time.monotonic() - BEHIND_SECONDS
        self._look.set()

    # --- following the stream

    async def _follow(self) -> None:
        while True:
            leave_when_told()
            try:
                subscription = await self._subscribe()
            except (NatsError, JetStreamError, OSError, TimeoutError):
                await asyncio.sleep(0.5)
                continue
            try:
                await self._fetch(subscription)
            except (NatsError, JetStreamError, OSError):
                # The server is away, or the stream went with its store: make the durable anew and go on from our own position.
                await asyncio.sleep(0.5)
            finally:
                # What is still asked for under it would be delivered to nobody.
                await _drop(subscription)

    async def _fetch(self, subscription: JetStreamContext.PullSubscription) -> None:
        """Until the server waits no longer on our behalf: the connection is another one, or the stream went with its store."""
        self._resubscribe.clear()
        with self._bus.wakes(self._resubscribe):
            while not self._resubscribe.is_set():
                # A fetch that is told to stop in the moment when facts arrive gives the facts, and forgets that it was told.
                leave_when_told()
                messages = await self._next_messages(subscription)
                await self._apply(_envelopes(messages))
                for message in messages:
                    with contextlib.suppress(NatsError):
                        await message.ack()

    async def _next_messages(self, subscription: JetStreamContext.PullSubscription) -> list[Msg]:
        """Empty when there were none within a minute, or it is time to subscribe anew."""
        fetching = asyncio.ensure_future(subscription.fetch(BATCH, timeout=FETCH_SECONDS))
        waiting = asyncio.ensure_future(self._resubscribe.wait())
        try:
            await asyncio.wait((fetching, waiting), return_when=asyncio.FIRST_COMPLETED)
            return fetching.result() if fetching.done() else []
        except TimeoutError:
            return []
        finally:
            for task in (fetching, waiting):
                task.cancel()
            await asyncio.gather(fetching, waiting, return_exceptions=True)

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
        await self._bus.js.add_consumer(stream_of(self._source), config)
        return await self._bus.js.pull_subscribe_bind(durable=self._durable, stream=stream_of(self._source))

    @property
    def _durable(self) -> str:
        return f"{self._service}-from-{self._source}"

    async def _watch(self) -> None:
        """Asks for a replay when the stream does not bring what the head says there is."""
        with self._database.wakeups.subscribed(wakeups.POSITION) as self._look:
            while True:
                leave_when_told()
                self._look.clear()
                async with self._applying:
                    # An operator's rebuild sets the position back behind our back.
                    await self._load()
                await wakeups.wait(self._look, await self._catch_up())

    async def _catch_up(self) -> float:
        """Replays when nothing has come for long. Says in how many seconds to look again, if nothing wakes us before."""
        if (left := self._late()) > 0:
            return left
        try:
            while self._bus.connected and await self._replay():
                # What did not come by itself may have nobody left to bring it.
                self._resubscribe.set()
        except (Elsewhere, TimeoutError):
            LOG.info("replay_waits", service=self._service, source=self._source)
        return self._late() or AGAIN_SECONDS

    def _late(self) -> float:
        """In how many seconds what has not come by then is lost; 0 when it is."""
        since = self.standing.behind_since
        return NET_SECONDS if since is None else max(0.0, since + BEHIND_SECONDS - time.monotonic())

    async def _replay(self) -> int:
        """Fetches the next facts from the source itself and applies them; says how many there were."""
        asked = ReplayRequest(source=self._source, after=self.standing.position, limit=BATCH)
        try:
            reply = await self._bus.client.request(ask_subject(self._source, "replay"), asked.SerializeToString(), timeout=5)
        except (NatsError, OSError) as error:
            raise Elsewhere("SOURCE_AWAY", source=self._source) from error
        answer = ReplayResponse.FromString(reply.data)
        if answer.head.epoch != self.standing.epoch:
            await self._start_anew(answer.head.epoch)
            return 1
        await self._apply(list(answer.facts))
        return len(answer.facts)

    # --- applying

    async def _apply(self, envelopes: list[Envelope]) -> None:
        """Applies what is next, in order; what we had before is passed by, a gap is left to the replay."""
        async with self._applying:
            wait, together = BACK_OFF_FIRST, True
            while ready := self._next_of(envelopes):
                facts = ready if together else ready[:1]
                try:
                    await self._commit(facts)
                    wait = BACK_OFF_FIRST
                except _Moved:
                    await self._load()
                except Exception as error:  # noqa: BLE001 - whatever a reaction raises stops its source, visibly, and is tried again
                    if len(facts) > 1:
                        # Going one at a time finds which of the lot it is, and takes in those before it.
                        together = False
                    else:
                        wait = await self._stopped(facts[0], error, wait)

    def _next_of(self, envelopes: list[Envelope]) -> list[Fact]:
        after, ready = self.standing.position, []
        for envelope in envelopes:
            if envelope.epoch != self.standing.epoch:
                continue
            if envelope.number == after + 1:
                ready.append(fact_of(envelope))
                after += 1
            elif envelope.number > after + 1:
                # Lost on the way, or with the other process that listens under our name: no use in waiting for it.
                self.standing.head = max(self.standing.head, envelope.number)
                self._hurry()
        return ready

    async def _commit(self, facts: list[Fact]) -> None:
        """One transaction for the lot: position and reactions together.

        The position moves first: whoever else would move it (another process, a rebuild) then waits for us, or we for them, before anything
        is changed.
        """
        first, last = facts[0], facts[-1]
        caller = callers.reaction(self._source)
        async with self._database.work(caller, self._clock.now(), str(first.id)) as work:
            moved = await work.connection.execute(
                _MOVE, {"source": self._source, "epoch": self.standing.epoch, "after": first.number - 1, "to": last.number}
            )
            if moved.rowcount != 1:
                raise _Moved
            for fact in facts:
                await self._react(work, fact)
        self.standing.position, self.standing.stopped_by = last.number, ""
        FACTS_FOLLOWED.labels(self._service, self._source).inc(len(facts))
        self._note_behind()

    async def _react(self, work: Work, fact: Fact) -> None:
        handler = self._reactions.handlers.get(fact.type)
        if handler is None:
            return
        if fact.number in self._skipped:
            LOG.warning("fact_skipped", service=self._service, source=self._source, number=fact.number)
            return
        work.cause = str(fact.id)
        with traces.following(f"{self._service} {fact.type.rsplit('.', 1)[1]}", fact.traceparent) as traceparent:
            work.traceparent = traceparent
            await handler(work, fact)

    async def _stopped(self, fact: Fact, error: Exception, wait: float) -> float:
        """Says so, waits, looks whether an operator ordered it to be skipped; gives how long to wait the next time."""
        self.standing.stopped_by = fact.type
        LOG.error(
            "reaction_failed",
            service=self._service,
            source=self._source,
            number=fact.number,
            type=fact.type,
            error=_name_of(error),
            where=whereabouts(error),
        )
        await asyncio.sleep(wait)
        with contextlib.suppress(Elsewhere, DBAPIError, OSError):
            await self._load()
        return min(wait * 2, BACK_OFF_MOST)

    async def _start_anew(self, epoch: int) -> None:
        """The source lives in a new epoch: empty what only its facts filled, and follow from number 1."""
        LOG.warning("source_restored", service=self._service, source=self._source, epoch=epoch)
        async with self._applying, self._database.engine.begin() as connection:
            for table in self._reactions.projections:
                await connection.execute(text(f"delete from {table}"))  # noqa: S608 - names from our own code
            await connection.execute(_RESET, {"source": self._source, "epoch": epoch})
        await self._load()


def _envelopes(messages: Sequence[Msg]) -> list[Envelope]:
    """What cannot be read is no fact of ours; if it stands where one should, the gap brings a replay from the source itself."""
    found = []
    for message in messages:
        try:
            found.append(Envelope.FromString(message.data))
        except DecodeError:
            LOG.error("message_unreadable", subject=message.subject)
    return found


def _name_of(error: Exception) -> str:
    return error.reason if isinstance(error, Refusal) else type(error).__name__


async def _drop(subscription: Subscription | JetStreamContext.PullSubscription) -> None:
    with contextlib.suppress(NatsError, JetStreamError, OSError):
        await subscription.unsubscribe()
