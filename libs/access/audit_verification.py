"""Checks the whole read audit of one service, as it is stored, against its hash chain and the heads that were published of it."""

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.access.audit_chain import AuditRow, ChainCheck, ChainHead, Finding
from libs.access.audit_sealing import IS_HEAD
from libs.database.rows import row_mapper
from libs.database.shared_tables import outbox, read_audit

_READ_AT_ONCE = 1000

_to_row = row_mapper(AuditRow)
_SEALED_AFTER = select(read_audit).where(read_audit.c.number > bindparam("after")).order_by(read_audit.c.number).limit(_READ_AT_ONCE)
_HEADS = select(outbox.c.payload).where(IS_HEAD).order_by(outbox.c.seq)
_COUNT_UNSEALED = select(func.count()).select_from(read_audit).where(read_audit.c.number.is_(None))


@dataclass(frozen=True)
class AuditReport:
    """What a check found. `head` is the last sealed row, `erased` how many rows say nothing any more, `unsealed` how many wait."""

    head: ChainHead
    erased: int
    unsealed: int
    findings: tuple[Finding, ...]


async def check_read_audit(
    connection: AsyncConnection, parse_head: Callable[[bytes], ChainHead], noted: Iterable[ChainHead] = ()
) -> AuditReport:
    """Reads every sealed row, in one transaction. `parse_head` reads the payload of the service's event, `noted` are further heads."""
    await connection.execution_options(isolation_level="REPEATABLE READ")
    published = [parse_head(bytes(payload)) for payload in (await connection.execute(_HEADS)).scalars()]
    check = ChainCheck([*published, *noted])
    findings = [finding async for row in _sealed_rows(connection) for finding in check.check(row)]
    findings += check.finish()
    unsealed = int((await connection.execute(_COUNT_UNSEALED)).scalar_one())
    return AuditReport(check.head, check.erased, unsealed, tuple(findings))


async def _sealed_rows(connection: AsyncConnection) -> AsyncIterator[AuditRow]:
    after = 0
    while rows := (await connection.execute(_SEALED_AFTER, {"after": after})).all():
        for row in rows:
            yield _to_row(row)
        after = rows[-1].number
