"""Seals the read audit: gives new rows their place in the hash chain, and publishes its head from time to time.

The leader of a service does this, soon after the reads (ADR 37): a read never waits for another to get its number. The published head is
a copy outside the table, so that a log that was cut off at its end, or made anew, does not look whole.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, LargeBinary, bindparam, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.access.audit_chain import FIRST_LINK, AuditRow, ChainHead, commit, link
from libs.database.engine import UnitOfWork
from libs.database.rows import row_mapper
from libs.database.shared_tables import outbox, read_audit

HEAD_INTERVAL = timedelta(minutes=1)
"""Between two published heads."""
BATCH = 200
"""Rows sealed in one transaction: a few milliseconds of hashing."""

PublishHead = Callable[[UnitOfWork, ChainHead], Awaitable[None]]
"""Publishes the service's own event `ReadAuditSealed`, which is about the number."""

_to_row = row_mapper(AuditRow)
_UNSEALED = read_audit.c.number.is_(None)
_NEXT = select(read_audit).where(_UNSEALED).order_by(read_audit.c.id).limit(BATCH)
_LAST = select(read_audit.c.number, read_audit.c.chain).where(~_UNSEALED).order_by(read_audit.c.number.desc()).limit(1)
_SEAL = (
    update(read_audit)
    .where(read_audit.c.id == bindparam("of"), _UNSEALED)
    .values(
        number=bindparam("new_number", type_=BigInteger),
        commitment=bindparam("new_commitment", type_=LargeBinary),
        chain=bindparam("new_chain", type_=LargeBinary),
    )
)
# A literal, so that PostgreSQL sees that the index of heads has them all.
IS_HEAD = outbox.c.type.like(literal_column("'%.ReadAuditSealed'"))
_LAST_PUBLISHED = select(outbox.c.subject, outbox.c.at).where(IS_HEAD).order_by(outbox.c.seq.desc()).limit(1)
_ANY_UNSEALED = select(select(1).where(_UNSEALED).select_from(read_audit).exists())


async def seal_reads(work: UnitOfWork, publish: PublishHead) -> int:
    """Seals the next rows and publishes the head if its time has come. Returns how many rows were sealed."""
    head = await _last_sealed(work.connection)
    rows = []
    for stored in (await work.connection.execute(_NEXT)).all():
        row = replace(_to_row(stored), number=head.number + 1)
        commitment = commit(row)
        head = ChainHead(head.number + 1, link(head.chain, commitment))
        rows.append({"of": row.id, "new_number": head.number, "new_commitment": commitment, "new_chain": head.chain})
    if rows:
        await work.connection.execute(_SEAL, rows)
    published, at = await _last_published(work.connection)
    if head.number > published and (at is None or at + HEAD_INTERVAL <= work.now):
        await publish(work, head)
    return len(rows)


async def next_sealing(work: UnitOfWork) -> datetime | None:
    """When there is next something to seal or to publish, as far as is known."""
    if (await work.connection.execute(_ANY_UNSEALED)).scalar_one():
        return work.now
    published, at = await _last_published(work.connection)
    if (await _last_sealed(work.connection)).number <= published:
        return None
    return at + HEAD_INTERVAL if at else work.now


async def _last_sealed(connection: AsyncConnection) -> ChainHead:
    row = (await connection.execute(_LAST)).first()
    return ChainHead(row.number, bytes(row.chain)) if row else ChainHead(0, FIRST_LINK)


async def _last_published(connection: AsyncConnection) -> tuple[int, datetime | None]:
    """Its number, which is what the event is about, and when."""
    row = (await connection.execute(_LAST_PUBLISHED)).first()
    return (int(row.subject.rpartition(".")[2]), row.at) if row else (0, None)
