"""Who looked: each read of another's record is one row of the log, and the log is sealed so that no row of it can be changed unnoticed."""

import asyncio

import pytest

from kith.identity.facts.v1.facts_pb2 import ReadAuditSealed
from kith.identity.v1 import identity_pb2 as identity
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from libs.access.audit_chain import ChainHead, Damage, Finding
from libs.access.audit_verification import AuditReport, check_read_audit
from libs.database.engine import Database
from libs.rpc.client import call_service
from tests.support.running_co_op import Infrastructure, RunningCoOp, running_co_op


def parse_head(payload: bytes) -> ChainHead:
    head = ReadAuditSealed.FromString(payload)
    return ChainHead(head.number, head.chain)


async def check_log(co_op: RunningCoOp, service: str = "identity") -> AuditReport:
    """As `kith audit verify` does, as the owner of the database."""
    database = Database(co_op.databases[service].owner_url)
    try:
        async with database.engine.connect() as connection:
            return await check_read_audit(connection, parse_head)
    finally:
        await database.close()


async def wait_until_sealed(co_op: RunningCoOp, rows: int, service: str = "identity") -> AuditReport:
    async with asyncio.timeout(10):
        while (report := await check_log(co_op, service)).head.number < rows or report.unsealed:
            await asyncio.sleep(0.1)
    return report


async def published_heads(co_op: RunningCoOp) -> list[ChainHead]:
    async with co_op.database_transaction("identity") as connection:
        rows = await connection.fetch("select payload from outbox where type = 'kith.identity.facts.v1.ReadAuditSealed' order by seq")
    return [parse_head(row["payload"]) for row in rows]


@pytest.mark.capability("I3")
async def test_reads_are_sealed_soon_and_what_was_done_to_them_later_is_found(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        people = await co_op.register_people("Sam Sample", "Ada Ample", "Ben Bample")
        stub, secretary = co_op.stub(IdentityServiceStub), co_op.token(people[0], hat="secretary")

        async def look(times: int) -> None:
            for number in range(times):
                request = identity.GetPersonRequest(person_id=str(people[1 + number % 2]))
                await call_service(stub.GetPerson, request, secretary)

        await look(4)
        first = await wait_until_sealed(co_op, 4)
        assert (first.head.number, first.erased, first.findings) == (4, 0, ())
        published = await published_heads(co_op)
        assert [head.number <= 4 for head in published] == [True]

        # A second head within the minute would tell no more than the one that ends it.
        await look(2)
        await wait_until_sealed(co_op, 6)
        assert await published_heads(co_op) == published
        await co_op.move_clock(61)
        await look(1)
        report = await wait_until_sealed(co_op, 7)
        assert await published_heads(co_op) == [*published, report.head]

        async with co_op.database_transaction("identity", owner=True) as connection:
            # As erasing Ben, whom row 2 is about, leaves it.
            await connection.execute("update read_audit set salt = null, subject = $1, reason = '' where number = 2", bytes(16).hex())
        assert (await check_log(co_op)).erased == 1
        assert (await check_log(co_op)).findings == ()

        async with co_op.database_transaction("identity", owner=True) as connection:
            await connection.execute("update read_audit set at = at - interval '1 day' where number = 3")
            await connection.execute("delete from read_audit where number in (5, 7)")
        findings = (await check_log(co_op)).findings
        assert findings == (Finding(3, Damage.ALTERED), Finding(5, Damage.MISSING), Finding(7, Damage.MISSING))
