"""Who looked: each read of another's record is one row of the log, and the log is sealed so that no row of it can be changed unnoticed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from kith.identity.facts.v1.facts_pb2 import ReadAuditSealed
from kith.identity.v1 import identity_pb2 as identity
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from kith.membership.v1 import membership_pb2 as membership
from kith.membership.v1.membership_pb2_grpc import MembershipServiceStub
from kith.person.v1 import person_data_pb2 as data
from kith.person.v1.person_data_pb2_grpc import PersonDataServiceStub
from libs import callers
from libs.access.audit_chain import ChainHead, Damage, Finding
from libs.access.audit_verification import AuditReport, check_read_audit
from libs.callers import tokens
from libs.database.engine import Database, new_id
from libs.refusals import NotAllowed
from libs.rpc.client import call_service, fetch_all, open_channel
from services.topology import PEOPLE_SERVICE_NAMES
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
    async with asyncio.timeout(60):
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


@dataclass
class Readers:
    """Everything that is logged of one person, as they and nobody else are told."""

    co_op: RunningCoOp
    person: UUID

    def request(self, **page: Any) -> data.ListReadsRequest:
        return data.ListReadsRequest(person_id=str(self.person), **page)

    def stub(self, service: str) -> PersonDataServiceStub:
        return PersonDataServiceStub(open_channel(self.co_op.address(service)))

    async def shown(self, token: str) -> list[tuple[datetime, str]]:
        """All services' reads, page by page as the person's own page asks for them, merged by time."""
        reads: list[tuple[datetime, str]] = []
        for service in PEOPLE_SERVICE_NAMES:
            stub = self.stub(service)

            async def page(request: data.ListReadsRequest, stub: PersonDataServiceStub = stub) -> data.ListReadsResponse:
                return await call_service(stub.ListReads, request, token)

            found = await fetch_all(page, self.request(page_size=2), lambda response: response.reads)
            assert found == sorted(found, key=lambda read: (read.read_at.ToDatetime(), read.read_id), reverse=True)
            reads += [(read.read_at.ToDatetime(tzinfo=UTC), read.read_id) for read in found]
        return sorted(reads)

    async def logged(self) -> list[tuple[datetime, str]]:
        rows = []
        for service in PEOPLE_SERVICE_NAMES:
            async with self.co_op.database_transaction(service, owner=True) as connection:
                rows += await connection.fetch("select at, id from read_audit where subject = $1", self.person)
        return sorted((row["at"], str(row["id"])) for row in rows)


@pytest.mark.capability("I3", "I4")
async def test_a_person_is_told_of_every_read_in_every_service_and_nobody_else_is(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, *PEOPLE_SERVICE_NAMES) as co_op:
        sam, ada, ben = await co_op.register_people("Sam Sample", "Ada Ample", "Ben Bample")
        await co_op.wait_until_consumed("membership", "identity")
        secretary, own = co_op.token(sam, hat="secretary"), co_op.token(ada)
        people, members = co_op.stub(IdentityServiceStub), co_op.stub(MembershipServiceStub)
        readers = Readers(co_op, ada)
        looks: list[Callable[[], Awaitable[Any]]] = [
            lambda: call_service(people.GetPerson, identity.GetPersonRequest(person_id=str(ada)), secretary),
            lambda: call_service(people.SearchPersons, identity.SearchPersonsRequest(text="ample"), secretary),
            lambda: call_service(members.GetStanding, membership.GetStandingRequest(person_id=str(ada)), secretary),
        ]
        for number, look in enumerate([*looks, *looks], 1):
            await look()
            assert len(await readers.logged()) == number
        # What she reads herself is nobody's look at her.
        await call_service(people.GetPerson, identity.GetPersonRequest(person_id=str(ada)), own)
        assert await readers.shown(own) == await readers.logged()
        assert len(await readers.logged()) == len(looks) * 2

        newest = (await call_service(readers.stub("membership").ListReads, readers.request(page_size=1), own)).reads[0]
        assert (newest.reader_id, newest.hat, newest.record, newest.action) == (str(sam), "secretary", "standing", "get")
        # One token goes on in the list of every service, from the same moment.
        older = await call_service(readers.stub("identity").ListReads, readers.request(page_token=newest.page_token), own)
        assert len(older.reads) == 4

        for token in (co_op.token(ben), secretary):
            with pytest.raises(NotAllowed, match="NOT_YOURS"):
                await call_service(readers.stub("identity").ListReads, readers.request(), token)

        await _a_representative_reads_the_list_within_the_scope(co_op, readers, ben)


async def _a_representative_reads_the_list_within_the_scope(co_op: RunningCoOp, readers: Readers, ben: UUID) -> None:
    caller = callers.person(ben, acting_for=readers.person)
    token = tokens.issue_token(co_op.infrastructure.keys.token_private, caller, co_op.now())
    list_reads = readers.stub("identity").ListReads
    with pytest.raises(NotAllowed, match="ACTING_ENDED"):
        await call_service(list_reads, readers.request(), token)
    right = "insert into acting_right values ($1, $2, $3, $4, now() - interval '1 hour', null, null)"
    async with co_op.database_transaction("identity", owner=True) as connection:
        await connection.execute(right, new_id(), "health", ben, readers.person)
    with pytest.raises(NotAllowed, match="ACTING_OUTSIDE_SCOPE"):
        await call_service(list_reads, readers.request(), token)
    async with co_op.database_transaction("identity", owner=True) as connection:
        await connection.execute(right, new_id(), "data_rights", ben, readers.person)
    reads = (await call_service(list_reads, readers.request(), token)).reads
    assert [read.reason for read in reads[:2]] == ["ACTING_OUTSIDE_SCOPE", "ACTING_ENDED"], "what was refused is in it"
    assert len(reads) == 2 + 4
