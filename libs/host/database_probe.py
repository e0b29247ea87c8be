"""Asks of a service's database what people need of it: can something be recorded now?

It does what every command does first, on a connection of the same pool, and takes it back; so it meets a server that is stopped, full or
read-only, and a pool whose connections all hang. A damaged page shows only to those who read it: PostgreSQL counts them (every page has a
checksum), and so does `Database`.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from libs import callers
from libs.clock import Clock
from libs.database import idempotency_keys
from libs.database.engine import Database
from libs.messages.relay import OutboxState, read_outbox_state
from libs.refusals import Unavailable

DAMAGE_SECONDS = 600.0
FULL_SECONDS = 10.0
_CALLER = callers.job("probe")
_METHOD = "Health"
LAST_EVENT_TIME = text("select at from outbox order by seq desc limit 1")
_CHECKSUM_FAILURES = text("select coalesce(checksum_failures, 0) from pg_stat_database where datname = current_database()")


@dataclass(frozen=True)
class DatabaseHealth:
    """Why nothing can be recorded (an UPPER_SNAKE code, empty when it can), and how far the events are when it can."""

    reason: str
    outbox: OutboxState | None = None
    last_event_at: datetime | None = None


async def probe_database(database: Database, clock: Clock) -> DatabaseHealth:
    """Raises only what is a bug of ours; may take as long as the server takes."""
    try:
        async with database.work(_CALLER, clock.now(), "probe") as work:
            await idempotency_keys.claim(work, _METHOD, b"", key=b"")
            await idempotency_keys.release(work, _METHOD)
            outbox = await read_outbox_state(work.connection)
            last = (await work.connection.execute(LAST_EVENT_TIME)).scalar()
            damaged = bool((await work.connection.execute(_CHECKSUM_FAILURES)).scalar())
    except Unavailable as refusal:
        return DatabaseHealth("DATABASE_AWAY" if refusal.reason == "TOOK_TOO_LONG" else refusal.reason)
    if damaged or database.refused_within("DATABASE_DAMAGED", DAMAGE_SECONDS):
        return DatabaseHealth("DATABASE_DAMAGED", outbox, last)
    # There may be room for this one row, and not for what people write.
    return DatabaseHealth("DISK_FULL" if database.refused_within("DISK_FULL", FULL_SECONDS) else "", outbox, last)
