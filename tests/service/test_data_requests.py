"""A request for data: who may ask, the month that it has, and who hears of it."""

import asyncio
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from kith.identity.facts.v1.facts_pb2 import DataAsked, DataRequestAnswered, DataRequestWaits
from kith.identity.v1 import data_requests_pb2 as pb
from kith.identity.v1.data_requests_pb2_grpc import DataRequestServiceStub
from libs import callers
from libs.database.engine import new_id
from libs.refusals import AlreadyExists, NotAllowed
from libs.rpc.client import call_service
from services.identity.domain.data_request import due_day
from tests.support.running_co_op import Infrastructure, RunningCoOp, running_co_op

ZONE = ZoneInfo("Europe/London")


def _ask(person: UUID) -> pb.AskForDataRequest:
    return pb.AskForDataRequest(request_id=str(new_id()), person_id=str(person))


async def _give_right(co_op: RunningCoOp, holder: UUID, subject: UUID, scope: str) -> None:
    """As the relationship that a secretary wrote down would."""
    async with co_op.database_transaction("identity", caller=callers.job("tests")) as connection:
        await connection.execute(
            "insert into acting_right (relationship, scope, holder, subject, valid_from) values ($1, $2, $3, $4, $5)",
            new_id(), scope, holder, subject, co_op.now() - timedelta(days=1),
        )  # fmt: skip


async def _check_holds_while_acting(co_op: RunningCoOp, stub: DataRequestServiceStub, as_secretary: str, bo: UUID, ada: UUID) -> None:
    """Bo sees of Ada what she sees herself, without what she must not hear of, and of nobody else anything."""
    for kind in (pb.HOLD_KIND_CLAIM, pb.HOLD_KIND_SAFEGUARDING):
        day = (co_op.today() + timedelta(days=90)).isoformat()
        hold = pb.PlaceHoldRequest(request_id=str(new_id()), person_id=str(ada), kind=kind, reason="A fall.", review_day=day)
        await call_service(stub.PlaceHold, hold, as_secretary)
    request, acting = pb.ListHoldsRequest(person_id=str(ada)), co_op.token(bo, acting_for=ada)
    hers, theirs = [await call_service(stub.ListHolds, request, token) for token in (co_op.token(ada), acting)]
    assert theirs == hers
    assert [hold.kind for hold in theirs.holds] == [pb.HOLD_KIND_CLAIM]
    [read] = [row for row in await co_op.all_rows("identity", "read_audit") if "hold" in row]
    assert str(bo) in read, "one's own look is not logged"
    assert read.count(ada) == 2, "whom it is about, and for whom they acted"
    for other in (pb.ListHoldsRequest(person_id=str(bo)), pb.ListHoldsRequest()):
        with pytest.raises(NotAllowed, match="HAT_NEEDED"):
            await call_service(stub.ListHolds, other, acting)
    with pytest.raises(NotAllowed, match="ACTING_ENDED"):
        await call_service(stub.ListHolds, request, co_op.token(new_id(), acting_for=ada))


@pytest.mark.capability("L5")
async def test_a_request_has_a_month_and_the_secretaries_are_reminded(infrastructure: Infrastructure) -> None:
    async with running_co_op(infrastructure, "identity") as co_op:
        secretary, ada, bo, cy = await co_op.register_people("Ash Example", "Ada Ample", "Bo Brook", "Cy Cole")
        stub, as_secretary = co_op.stub(DataRequestServiceStub), co_op.token(secretary, hat="secretary")
        await _give_right(co_op, bo, ada, "health")

        with pytest.raises(NotAllowed, match="NOT_YOURS"):
            await call_service(stub.AskForData, _ask(ada), co_op.token(bo))
        with pytest.raises(NotAllowed, match="ACTING_OUTSIDE_SCOPE"):
            await call_service(stub.AskForData, _ask(ada), co_op.token(bo, acting_for=ada))
        await _give_right(co_op, bo, ada, "data_rights")
        asked = await call_service(stub.AskForData, _ask(ada), co_op.token(bo, acting_for=ada))
        today = co_op.today()
        assert date.fromisoformat(asked.due_day) == due_day(today)
        with pytest.raises(AlreadyExists, match="DATA_ASKED_BEFORE"):
            await call_service(stub.AskForData, _ask(ada), co_op.token(ada))
        by_letter = await call_service(stub.AskForData, _ask(cy), as_secretary)

        await _check_holds_while_acting(co_op, stub, as_secretary, bo, ada)
        with pytest.raises(NotAllowed, match="HAT_NEEDED"):
            await call_service(stub.ListDataRequests, pb.ListDataRequestsRequest(), co_op.token(ada))
        listed = await call_service(stub.ListDataRequests, pb.ListDataRequestsRequest(), as_secretary)
        assert {(request.person_id, request.asked_by) for request in listed.data_requests} == {
            (str(ada), str(bo)),
            (str(cy), str(secretary)),
        }

        answer = pb.AnswerDataRequestRequest(request_id=str(new_id()), data_request_id=by_letter.data_request_id, answer="Printed it.")
        await call_service(stub.AnswerDataRequest, answer, as_secretary)
        week_before = datetime.combine(date.fromisoformat(asked.due_day) - timedelta(days=7), datetime.min.time(), ZONE)
        await co_op.move_clock(int((week_before - co_op.now()).total_seconds()) + 60)

        waits = DataRequestWaits(data_request_id=asked.data_request_id, person_id=str(ada), due_day=asked.due_day)

        async with asyncio.timeout(60):
            while (await co_op.published_events("identity")).count(waits) < 2:
                await asyncio.sleep(0.1)
        events = await co_op.published_events("identity")
        assert (events.count(waits), sum(isinstance(event, DataRequestWaits) for event in events)) == (2, 3)
        assert DataAsked(data_request_id=asked.data_request_id, person_id=str(ada), due_day=asked.due_day) in events
        assert DataRequestAnswered(data_request_id=by_letter.data_request_id, person_id=str(cy)) in events
