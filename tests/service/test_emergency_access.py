"""A record opened in an emergency: by a member, for an hour, with a reason; told to the person, logged, and looked into."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Text, literal, select
from sqlalchemy import Uuid as UuidType

from kith.identity.facts.v1.facts_pb2 import EmergencyAccessOpened, EmergencyAccessReviewed
from kith.identity.v1 import emergency_pb2 as pb
from kith.identity.v1.emergency_pb2_grpc import EmergencyServiceStub
from kith.person.v1 import person_data_pb2 as data
from kith.person.v1.person_data_pb2_grpc import PersonDataServiceStub
from libs import callers
from libs.access import audit, reading
from libs.database.engine import Database, new_id
from libs.refusals import AlreadyExists, FailedPrecondition, Invalid, NotAllowed, NotFound, TooMany
from libs.rpc.client import call_service, open_channel
from services.web.news_reader import DatabaseNewsReader
from tests.support.running_co_op import Infrastructure, RunningCoOp, running_co_op

WHY = "He lies on the stairs and does not answer."
FIELD = "health.risks"


def open_request(person: UUID, reason: str = WHY) -> pb.OpenRecordRequest:
    return pb.OpenRecordRequest(request_id=str(new_id()), person_id=str(person), reason=reason)


async def read_field(co_op: RunningCoOp, reader: UUID, subject: UUID) -> bool:
    """Whether the rule lets the reader see a field; if it does, the read is audited as any read of a field is."""
    database = Database(co_op.databases["identity"].run_url)
    try:
        async with database.work(callers.person(reader), co_op.now(), "test") as work:
            rule = select(reading.may_read(literal(subject, UuidType), literal(FIELD, Text)))
            allowed = bool((await work.connection.execute(rule, reading.reader_values(work))).scalar_one())
            if allowed:
                await audit.record_read(work, "profile", "get", subject, fields=[FIELD])
            return allowed
    finally:
        await database.close()


@pytest.mark.capability("I3")
async def test_a_record_is_open_for_an_hour_and_everybody_who_should_hear_of_it_does(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity", "web") as co_op:
        sam, ada, ben, eve = await co_op.register_people("Sam Sample", "Ada Ample", "Ben Bample", "Eve Example")
        async with co_op.database_transaction("identity", owner=True) as connection:
            await connection.execute("insert into co_op_member values ($1), ($2)", ada, ben)
        stub = co_op.stub(EmergencyServiceStub)

        async def refused(kind: type[Exception], reason: str, request: pb.OpenRecordRequest, token: str) -> None:
            with pytest.raises(kind, match=reason):
                await call_service(stub.OpenRecord, request, token)

        own = co_op.token(ada)
        await refused(Invalid, "EMERGENCY_REASON_SHORT", open_request(ben, "  help      me "), own)
        await refused(Invalid, "EMERGENCY_REASON_LONG", open_request(ben, "a" * 501), own)
        await refused(FailedPrecondition, "OWN_RECORD", open_request(ada), own)
        await refused(NotFound, "PERSON_UNKNOWN", open_request(new_id()), own)
        await refused(NotAllowed, "MEMBER_NEEDED", open_request(ben), co_op.token(eve))
        assert not await read_field(co_op, ada, ben)

        opened = await call_service(stub.OpenRecord, open_request(ben), own)
        assert (opened.ends_at.ToDatetime() - co_op.now().replace(tzinfo=None)).total_seconds() == pytest.approx(3600, abs=20)
        assert await read_field(co_op, ada, ben)
        assert not await read_field(co_op, eve, ben)

        await _it_is_told_and_reviewed(co_op, opened.access_id, sam, ada, ben)

        # A second one is a row and a notice of its own, and the first ends when it would have.
        await co_op.move_clock(1800)
        own = co_op.token(ada)
        again = await call_service(stub.OpenRecord, open_request(ben), own)
        assert again.access_id != opened.access_id
        assert len(await _news_of(co_op, ben)) == 2
        await call_service(stub.OpenRecord, open_request(sam), own)
        await refused(TooMany, "EMERGENCY_TOO_OFTEN", open_request(sam), own)
        await co_op.move_clock(3700)
        assert await read_field(co_op, ada, ben)
        await co_op.move_clock(1800 + 3700)
        assert not await read_field(co_op, ada, ben)
        reads = await call_service(_reads(co_op).ListReads, data.ListReadsRequest(person_id=str(ben)), co_op.token(ben))
        assert [read.emergency_access_id for read in reads.reads if read.fields == [FIELD]] == [again.access_id, opened.access_id]
        assert all(not read.reason for read in reads.reads)


def _reads(co_op: RunningCoOp) -> PersonDataServiceStub:
    return PersonDataServiceStub(open_channel(co_op.address("identity")))


async def _news_of(co_op: RunningCoOp, person: UUID) -> list[Any]:
    await co_op.wait_until_consumed("web", "identity")
    database = Database(co_op.databases["web"].run_url)
    page = await DatabaseNewsReader(database, co_op.process.clock).list_for(str(person), 10)
    await database.close()
    return [item for item in page.items if item.kind == "emergency_opened"]


async def _it_is_told_and_reviewed(co_op: RunningCoOp, access: str, sam: UUID, ada: UUID, ben: UUID) -> None:
    stub = co_op.stub(EmergencyServiceStub)
    secretary, own = co_op.token(sam, hat="secretary"), co_op.token(ben)
    assert [(item.about, item.word) for item in await _news_of(co_op, ben)] == [(access, str(ada))]
    assert await _news_of(co_op, ada) == []

    mine = (await call_service(stub.ListEmergencyAccess, pb.ListEmergencyAccessRequest(person_id=str(ben)), own)).accesses
    assert [(row.access_id, row.reader_id, row.reason, row.reviewed_by) for row in mine] == [(access, str(ada), WHY, "")]
    for request in (pb.ListEmergencyAccessRequest(), pb.ListEmergencyAccessRequest(person_id=str(ben))):
        with pytest.raises(NotAllowed):
            await call_service(stub.ListEmergencyAccess, request, co_op.token(ada))
    stored = "".join(map(str, await co_op.all_rows("identity", "emergency_reason")))
    assert WHY not in stored

    review = pb.ReviewEmergencyAccessRequest(request_id=str(new_id()), access_id=access)
    with pytest.raises(NotAllowed, match="HAT_NEEDED"):
        await call_service(stub.ReviewEmergencyAccess, review, co_op.token(ada))
    await call_service(stub.ReviewEmergencyAccess, review, secretary)
    listed = (await call_service(stub.ListEmergencyAccess, pb.ListEmergencyAccessRequest(), secretary)).accesses
    assert [(row.access_id, row.reviewed_by) for row in listed] == [(access, str(sam))]
    for reason, kind, other in (("REVIEWED_ALREADY", AlreadyExists, access), ("EMERGENCY_ACCESS_UNKNOWN", NotFound, str(new_id()))):
        with pytest.raises(kind, match=reason):
            again = pb.ReviewEmergencyAccessRequest(request_id=str(new_id()), access_id=other)
            await call_service(stub.ReviewEmergencyAccess, again, secretary)
    events = await co_op.published_events("identity")
    assert [event.reader_id for event in events if isinstance(event, EmergencyAccessOpened)] == [str(ada)]
    assert EmergencyAccessReviewed(access_id=access, reviewed_by=str(sam)) in events


async def test_who_opened_a_record_does_not_review_it_and_no_row_of_it_can_be_changed(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        sam, ada = await co_op.register_people("Sam Sample", "Ada Ample")
        stub, secretary = co_op.stub(EmergencyServiceStub), co_op.token(sam, hat="secretary")
        # Sam holds an office and is no member of the register yet: that is enough.
        access = (await call_service(stub.OpenRecord, open_request(ada), secretary)).access_id
        review = pb.ReviewEmergencyAccessRequest(request_id=str(new_id()), access_id=access)
        with pytest.raises(NotAllowed, match="REVIEW_OF_OWN_ACCESS"):
            await call_service(stub.ReviewEmergencyAccess, review, secretary)
        for statement in ("update emergency_access set ends_at = ends_at + interval '1 hour'", "delete from emergency_access"):
            with pytest.raises(Exception, match="permission denied"):
                async with co_op.database_transaction("identity", caller=callers.person(sam, hat="secretary")) as connection:
                    await connection.execute(statement)
