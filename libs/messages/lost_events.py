"""Events that a service published and that its own database does not have: it was set back to an older copy.

The stream has them for seven days (`STREAM_MAX_AGE_SECONDS`). They are read once, before the relay publishes anything new, so that what
they took from somebody can be taken again.
"""

from google.protobuf.message import DecodeError
from nats.js.errors import NotFoundError
from sqlalchemy import select

from kith.envelope.v1.envelope_pb2 import Envelope
from libs.database.columns import among
from libs.database.engine import Database
from libs.database.shared_tables import outbox
from libs.messages.bus import Bus, stream_name
from libs.messages.envelope import Event, event_of
from libs.messages.relay import OutboxState

_KNOWN = select(outbox.c.id).where(among(outbox.c.id, "ids"))


async def read_lost_events(bus: Bus, database: Database, source: str, at_start: OutboxState) -> list[Event]:
    """In their order. `at_start` is how far the database had come before this process did anything. Raises NATS's errors."""
    try:
        info = await bus.js.stream_info(stream_name(source))
    except NotFoundError:
        return []
    lost: list[Event] = []
    # From the last back to the first that the database has; after an ordinary start that is the last one.
    # A stream that nobody has published to yet counts from 0, where no message is.
    for sequence in range(info.state.last_seq, max(info.state.first_seq, 1) - 1, -1):
        envelope = await _envelope(bus, source, sequence)
        if envelope is None:
            continue
        if envelope.epoch > at_start.epoch or envelope.number <= at_start.number:
            break
        lost.append(event_of(envelope))
    if not lost:
        return []
    async with database.engine.connect() as connection:
        known = set((await connection.execute(_KNOWN, {"ids": [event.id for event in lost]})).scalars())
    return [event for event in reversed(lost) if event.id not in known]


async def _envelope(bus: Bus, source: str, sequence: int) -> Envelope | None:
    """None where the stream has dropped it, or cannot be read."""
    try:
        message = await bus.js.get_msg(stream_name(source), sequence)
        return Envelope.FromString(message.data or b"")
    except (NotFoundError, DecodeError):
        return None
