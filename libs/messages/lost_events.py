"""Events that a service published and that its own database does not have: it was set back to an older copy.

The stream has them for seven days (`STREAM_MAX_AGE_SECONDS`). Who leads reads them before its relay publishes anything new, so that what
they took from somebody can be taken again.

Lost is what stands in the stream after the last event that the database has, whatever its number or epoch. Each is handled once:
`outbox_state.last_lost` names the last one, in the transaction of their effects, so that the next leader does not take again what people
have been given since.
"""

from collections.abc import Mapping
from uuid import UUID

from google.protobuf.message import DecodeError
from nats.js.errors import NotFoundError
from sqlalchemy import Uuid, bindparam, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from kith.envelope.v1.envelope_pb2 import Envelope
from libs import callers
from libs.clock import Clock
from libs.database.engine import Database, UnitOfWork, refusal_for_database_error
from libs.database.shared_tables import outbox, outbox_state
from libs.messages.bus import Bus, stream_name
from libs.messages.envelope import Event, event_of
from libs.messages.reactions import EventHandler
from libs.observe.logs import logger, traceback_lines

LOG = logger("lost_events")

_EVENT = bindparam("event", type_=Uuid)
_IS_KNOWN = select(or_(exists().where(outbox.c.id == _EVENT), exists().where(outbox_state.c.last_lost == _EVENT)))
_LOCK_LAST_LOST = select(outbox_state.c.last_lost).with_for_update()
_RECORD = update(outbox_state).values(last_lost=_EVENT)


async def handle_lost_events(bus: Bus, database: Database, source: str, handlers: Mapping[str, EventHandler], clock: Clock) -> int:
    """Handles each lost event that nobody has handled before, in order; returns how many there were.

    One that fails is logged and left out: the others must not come back for its sake, and the relay must run. Raises NATS's errors, and
    Unavailable when the database is away; then nothing was done.
    """
    lost = await _read_lost_events(bus, database, source)
    if not lost:
        return 0
    async with database.work(callers.reaction(source), clock.now(), "lost_events") as work:
        new = await _without_handled(work, lost)
        for event in new:
            await _handle(work, handlers, event)
        await work.connection.execute(_RECORD, {"event": lost[-1].id})
    if new:
        LOG.warning("events_lost", service=source, events=len(new))
    return len(new)


async def _read_lost_events(bus: Bus, database: Database, source: str) -> list[Event]:
    """In their order."""
    try:
        info = await bus.js.stream_info(stream_name(source))
    except NotFoundError:
        return []
    lost: list[Event] = []
    async with database.engine.connect() as connection:
        # From the last back to the first that the database has; after an ordinary start that is the last one.
        # A stream that nobody has published to yet counts from 0, where no message is.
        for sequence in range(info.state.last_seq, max(info.state.first_seq, 1) - 1, -1):
            event = await _read_event(bus, source, sequence)
            if event is None:
                continue
            if await _is_known(connection, event.id):
                break
            lost.append(event)
    return lost[::-1]


async def _read_event(bus: Bus, source: str, sequence: int) -> Event | None:
    """None where the stream has dropped it, or cannot be read."""
    try:
        message = await bus.js.get_msg(stream_name(source), sequence)
        return event_of(Envelope.FromString(message.data or b""))
    except (NotFoundError, DecodeError, ValueError):
        return None


async def _is_known(connection: AsyncConnection, event: UUID) -> bool:
    return bool((await connection.execute(_IS_KNOWN, {"event": event})).scalar())


async def _without_handled(work: UnitOfWork, lost: list[Event]) -> list[Event]:
    """Without those that another leader has handled since they were read; until the transaction ends, no other leader handles any."""
    last: UUID | None = (await work.connection.execute(_LOCK_LAST_LOST)).scalar()
    ids = [event.id for event in lost]
    return lost[ids.index(last) + 1 :] if last in ids else lost


async def _handle(work: UnitOfWork, handlers: Mapping[str, EventHandler], event: Event) -> None:
    handler = handlers.get(event.type)
    if handler is None:
        return
    try:
        async with work.savepoint():
            await handler(work, event)
    except Exception as error:
        if refusal_for_database_error(error) is not None:
            raise
        LOG.error(
            "lost_event_skipped",
            service=event.source,
            number=event.number,
            type=event.type,
            error=type(error).__name__,
            where=traceback_lines(error),
        )
