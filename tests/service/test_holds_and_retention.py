"""Holds stop erasing and disposing; what is past its time goes, with a log that names nobody."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from kith.governance.facts.v1.facts_pb2 import AdoptedRetention, RulebookAdopted
from kith.identity.facts.v1.facts_pb2 import HoldDue, HoldNoticed, HoldPlaced, PersonErased
from kith.identity.v1 import data_requests_pb2 as pb
from kith.identity.v1 import identity_pb2 as identity
from kith.identity.v1.data_requests_pb2_grpc import DataRequestServiceStub
from kith.identity.v1.identity_pb2_grpc import IdentityServiceStub
from kith.person.v1 import person_rights_pb2 as rights
from kith.person.v1.person_rights_pb2_grpc import PersonRightsServiceStub
from kith.web.facts.v1.facts_pb2 import PersonDataErased
from libs import callers
from libs.database.engine import Database, new_id
from libs.host.dispose_records import dispose_records_job
from libs.refusals import FailedPrecondition, Invalid, NotAllowed, NotFound, Unavailable
from libs.rpc.client import call_service
from libs.rulebook import default_retention
from services.identity.storage.person_tables import PERSON_TABLES
from tests.support.member_assembly import refused_with
from tests.support.person_records import PersonRecords
from tests.support.running_co_op import Infrastructure, RunningCoOp, event_publisher, running_co_op


def _hold(person: UUID, kind: int, day: date, reason: str = "A claim after a fall.") -> pb.PlaceHoldRequest:
    return pb.PlaceHoldRequest(
        request_id=str(new_id()), person_id=str(person), kind=pb.HoldKind.ValueType(kind), reason=reason, review_day=day.isoformat()
    )


async def _left_long_ago(co_op: RunningCoOp, *persons: UUID) -> None:
    async with co_op.database_transaction("identity", caller=callers.job("tests")) as connection:
        for person in persons:
            await connection.execute("insert into former_member (person, left_on) values ($1, '2010-02-28')", person)


@pytest.mark.capability("L5")
async def test_a_hold_keeps_what_would_be_erased_or_disposed_of(infrastructure: Infrastructure) -> None:
    async with (
        running_co_op(infrastructure, "identity") as co_op,
        event_publisher(co_op, "membership"),
        event_publisher(co_op, "governance") as governance,
    ):
        secretary, ada, bo = await co_op.register_people("Ash Example", "Ada Ample", "Bo Brook")
        stub, by = co_op.stub(DataRequestServiceStub), co_op.token(secretary, hat="secretary")
        day = co_op.today() + timedelta(days=90)
        for person in (ada, bo):
            await PersonRecords(co_op).fill_in(person, home__key_safe="4711")
        with refused_with(NotAllowed, "HAT_NEEDED"):
            await call_service(stub.PlaceHold, _hold(bo, pb.HOLD_KIND_CLAIM, day), co_op.token(ada))
        with refused_with(Invalid, "HOLD_DAY_FAR"):
            await call_service(stub.PlaceHold, _hold(bo, pb.HOLD_KIND_CLAIM, day + timedelta(days=366)), by)
        claim = await call_service(stub.PlaceHold, _hold(bo, pb.HOLD_KIND_CLAIM, day), by)
        hidden = await call_service(stub.PlaceHold, _hold(bo, pb.HOLD_KIND_SAFEGUARDING, day, "A worry."), by)
        assert (claim.shown, hidden.shown) == (True, False), "as the rulebook has it"
        own = await call_service(stub.ListHolds, pb.ListHoldsRequest(person_id=str(bo)), co_op.token(bo))
        everybody = await call_service(stub.ListHolds, pb.ListHoldsRequest(), by)
        assert [hold.reason for hold in own.holds] == ["A claim after a fall."]
        assert {hold.hold_id for hold in everybody.holds} == {claim.hold_id, hidden.hold_id}
        events = await co_op.published_events("identity")
        assert [event.hold_id for event in events if isinstance(event, HoldPlaced)] == [claim.hold_id, hidden.hold_id]
        assert [event.hold_id for event in events if isinstance(event, HoldNoticed)] == [claim.hold_id], "nothing tells of the other"

        asked = await call_service(
            stub.AskForErasure, pb.AskForErasureRequest(request_id=str(new_id()), person_id=str(bo)), co_op.token(bo)
        )
        erase = pb.ErasePersonRequest(request_id=str(new_id()), data_request_id=asked.data_request_id, answer="By letter.")
        with refused_with(FailedPrecondition, "ERASURE_HELD"):
            await call_service(stub.ErasePerson, erase, by)
        await _left_long_ago(co_op, ada, bo)
        assert await _dispose(co_op) == 0, "no rulebook was adopted that says how long they are kept"
        await governance.publish((RulebookAdopted(retention=_USUAL), str(new_id())))
        await co_op.wait_until_consumed("identity", "governance")
        with pytest.raises(Unavailable):
            await _dispose(co_op, _away)
        assert len(await co_op.all_rows("identity", "record_field")) == 2, "who cannot ask who came back throws nothing away"
        # The job looks at the start, and then every hour.
        await co_op.restart()
        stub = co_op.stub(DataRequestServiceStub)
        assert await _log(co_op, by) == [("profile", 1, 8, "leaving")]
        assert [str(bo) in repr(row) for row in await co_op.all_rows("identity", "record_field")] == [True]
        for hold in everybody.holds:
            await call_service(stub.ReleaseHold, pb.ReleaseHoldRequest(request_id=str(new_id()), hold_id=hold.hold_id), by)
        erase.request_id = str(new_id())
        assert (await call_service(stub.ErasePerson, erase, by)).erasure_id
        with refused_with(NotAllowed, "HAT_NEEDED"):
            await _log(co_op, co_op.token(ada))


async def test_a_secretary_does_not_hear_of_a_hidden_hold_on_themself(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        first, second = await co_op.register_people("Ash Example", "Sam Second")
        own, colleague = co_op.token(first, hat="secretary"), co_op.token(second, hat="secretary")
        give = identity.GiveHatRequest(request_id=str(new_id()), person_id=str(second), hat="secretary")
        await call_service(co_op.stub(IdentityServiceStub).GiveHat, give, own)
        stub, day = co_op.stub(DataRequestServiceStub), co_op.today() + timedelta(days=2)
        hidden = await call_service(stub.PlaceHold, _hold(first, pb.HOLD_KIND_SAFEGUARDING, day, "A worry."), colleague)
        shown = await call_service(stub.PlaceHold, _hold(first, pb.HOLD_KIND_CLAIM, day), colleague)
        for request in (pb.ListHoldsRequest(), pb.ListHoldsRequest(person_id=str(first))):
            assert [hold.hold_id for hold in (await call_service(stub.ListHolds, request, own)).holds] == [shown.hold_id]
            seen = (await call_service(stub.ListHolds, request, colleague)).holds
            assert {hold.hold_id for hold in seen} == {hidden.hold_id, shown.hold_id}
        with refused_with(NotFound, "HOLD_UNKNOWN"):
            await call_service(stub.ReleaseHold, pb.ReleaseHoldRequest(request_id=str(new_id()), hold_id=hidden.hold_id), own)
        export = rights.ExportRequest(person_id=str(first), page_size=200)
        exported = await call_service(co_op.stub_at("identity", PersonRightsServiceStub).Export, export, own)
        assert [hidden.hold_id in record.json for record in exported.records if record.kind == "person_hold"] == [False]
        await _assert_the_review_moves(co_op, shown.hold_id, colleague)
        await co_op.move_clock(3 * 24 * 3600)
        async with asyncio.timeout(60):
            while len(due := [event for event in await co_op.published_events("identity") if isinstance(event, HoldDue)]) < 2:
                await asyncio.sleep(0.1)
        assert {(event.hold_id, event.secretary_id) for event in due} == {(hidden.hold_id, str(second)), (shown.hold_id, "")}
        await _assert_a_second_reminder(co_op, shown.hold_id, co_op.token(second, hat="secretary"))


async def _assert_a_second_reminder(co_op: RunningCoOp, hold_id: str, token: str) -> None:
    day = (co_op.today() + timedelta(days=1)).isoformat()
    review = pb.ReviewHoldRequest(request_id=str(new_id()), hold_id=hold_id, review_day=day)
    await call_service(co_op.stub(DataRequestServiceStub).ReviewHold, review, token)
    await co_op.move_clock(5 * 24 * 3600)
    async with asyncio.timeout(60):
        while day not in [event.review_day for event in await co_op.published_events("identity") if isinstance(event, HoldDue)]:
            await asyncio.sleep(0.1)


async def _assert_the_review_moves(co_op: RunningCoOp, hold_id: str, token: str) -> None:
    """To a later day and back, which is as far from now as it was."""
    stub, today = co_op.stub(DataRequestServiceStub), co_op.today()
    review = pb.ReviewHoldRequest(hold_id=hold_id)
    for day in (today, today + timedelta(days=400)):
        review.request_id, review.review_day = str(new_id()), day.isoformat()
        with refused_with(Invalid, "HOLD_DAY_FAR"):
            await call_service(stub.ReviewHold, review, token)
    for day in (today + timedelta(days=300), today + timedelta(days=2)):
        review.request_id, review.review_day = str(new_id()), day.isoformat()
        await call_service(stub.ReviewHold, review, token)
        holds = (await call_service(stub.ListHolds, pb.ListHoldsRequest(), token)).holds
        assert {hold.review_day for hold in holds if hold.hold_id == hold_id} == {day.isoformat()}
    review.request_id, review.hold_id = str(new_id()), str(new_id())
    with refused_with(NotFound, "HOLD_UNKNOWN"):
        await call_service(stub.ReviewHold, review, token)


async def test_what_is_confirmed_after_a_restore_waits_for_the_end_of_a_hold(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op, event_publisher(co_op, "web") as web:
        secretary, ada, bo = await co_op.register_people("Ash Example", "Ada Ample", "Bo Brook")
        stub, by = co_op.stub(DataRequestServiceStub), co_op.token(secretary, hat="secretary")
        day = co_op.today() + timedelta(days=90)
        hold = await call_service(stub.PlaceHold, _hold(ada, pb.HOLD_KIND_CLAIM, day), by)
        for person in (ada, bo):
            await web.publish((PersonDataErased(erasure_id=str(new_id()), person_ids=[str(person)]), str(person)))
        assert await _erased(co_op, 1) == [str(bo)], "who is not held does not wait behind who is"
        await call_service(stub.ReleaseHold, pb.ReleaseHoldRequest(request_id=str(new_id()), hold_id=hold.hold_id), by)
        assert await _erased(co_op, 2) == [str(bo), str(ada)]


async def _erased(co_op: RunningCoOp, number: int) -> list[str]:
    """Who is erased, once there are so many."""
    async with asyncio.timeout(60):
        while len(gone := [event for event in await co_op.published_events("identity") if isinstance(event, PersonErased)]) < number:
            await asyncio.sleep(0.1)
    return [person for event in gone for person in event.person_ids]


_USUAL = [AdoptedRetention(kind=rule.kind, years=rule.years, after=rule.after) for rule in default_retention().rules]


async def _away() -> None:
    reason = "SOURCE_AWAY"
    raise Unavailable(reason, source="membership")


async def _dispose(co_op: RunningCoOp, *catch_up: Callable[[], Awaitable[None]]) -> int:
    """What the job does, now."""
    job, database = dispose_records_job(PERSON_TABLES, ZoneInfo("Europe/London"), catch_up), Database(co_op.databases["identity"].run_url)
    try:
        async with database.work(callers.job(job.name), co_op.now(), "tests") as work:
            return await job.run(work)
    finally:
        await database.close()


async def _log(co_op: RunningCoOp, token: str) -> list[tuple[str, int, int, str]]:
    stub = co_op.stub_at("identity", PersonRightsServiceStub)
    async with asyncio.timeout(60):
        while not (lines := (await call_service(stub.ListDisposals, rights.ListDisposalsRequest(), token)).disposals):
            await asyncio.sleep(0.1)
    return [(line.kind, line.records, line.years, line.after) for line in lines]
