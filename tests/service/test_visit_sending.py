"""What a phone without signal wrote down and sends later: twice, in parts, or a week late."""

from datetime import UTC, datetime, timedelta

import pytest

from kith.scheduling.v1 import visit_records_pb2 as pb
from libs.database.engine import new_id
from libs.refusals import FailedPrecondition, Invalid
from libs.rpc.client import call_service
from tests.support.running_co_op import Infrastructure
from tests.support.visit_people import visit_people
from tests.support.visit_record_people import RecordPeople


@pytest.mark.capability("L6")
async def test_a_day_that_is_sent_twice_in_parts_and_a_week_late_changes_nothing_twice(infrastructure: Infrastructure) -> None:
    ada, wren = (new_id() for _ in range(2))
    async with visit_people(infrastructure) as people:
        records = RecordPeople(people)
        await people.form_team(ada, worker=[wren])
        morning, other = await records.visit(ada, wren), await records.visit(ada, wren, ahead=3)
        starts = (await people.get(morning, wren)).visit.starts_at.ToDatetime(UTC)
        day = starts.date().isoformat()
        await records.go_after(morning, wren, 7 * 24 * 60)

        async def start(visit: str, at: datetime, request_id: str) -> pb.StartVisitResponse:
            request = pb.StartVisitRequest(request_id=request_id, visit_id=visit)
            request.started_at.FromDatetime(at)
            response: pb.StartVisitResponse = await call_service(records.stub.StartVisit, request, people.token(wren))
            return response

        async def send(visit: str, request_id: str, note: str = "Lunch", *, on: str = day, start_minute: int | None = None) -> int:
            request = pb.SendVisitRequest(
                request_id=request_id, visit_id=visit, ends=pb.LocalMoment(day=on, minute=13 * 60 + 5), note=note,
                starts=None if start_minute is None else pb.LocalMoment(day=on, minute=start_minute),
            )  # fmt: skip
            return int((await call_service(records.stub.SendVisit, request, people.token(wren))).version)

        begun, written = str(new_id()), str(new_id())
        for _ in range(2):
            assert (await start(morning, starts + timedelta(minutes=3, seconds=20), begun)).version == 1
        for _ in range(2):
            assert await send(morning, written) == 2
        record = await records.get_one(morning, ada)
        assert [entry.kind for entry in record.entries] == [pb.VISIT_RECORD_ENTRY_KIND_STARTED, pb.VISIT_RECORD_ENTRY_KIND_WRITTEN]
        assert {entry.starts_at.ToDatetime(UTC) for entry in record.entries} == {starts + timedelta(minutes=3)}
        assert record.entries[1].ends_at.ToDatetime(UTC) == starts + timedelta(minutes=65)
        assert record.entries[0].at.ToDatetime(UTC) > starts + timedelta(days=6), "it says when it was said, too"
        with pytest.raises(FailedPrecondition, match="RECORD_WRITTEN"):
            await send(morning, str(new_id()), "Something else")

        # The other visit was never started: all of it comes at once, and without a start it cannot be.
        next_day = (starts + timedelta(days=1)).date().isoformat()
        with pytest.raises(Invalid, match="RECORD_START_MISSING"):
            await send(other, str(new_id()), on=next_day)
        assert await send(other, str(new_id()), on=next_day, start_minute=12 * 60) == 1
        with pytest.raises(FailedPrecondition, match="RECORD_BEGUN"):
            await start(other, starts + timedelta(days=1), str(new_id()))


@pytest.mark.capability("L6")
async def test_a_phones_clock_makes_nobody_early_or_late(infrastructure: Infrastructure) -> None:
    ada, wren = (new_id() for _ in range(2))
    async with visit_people(infrastructure) as people:
        records = RecordPeople(people)
        await people.form_team(ada, worker=[wren])
        visit = await records.visit(ada, wren)
        starts = (await people.get(visit, wren)).visit.starts_at.ToDatetime(UTC)
        await records.go_after(visit, wren, 5)

        async def start(at: datetime) -> None:
            request = pb.StartVisitRequest(request_id=str(new_id()), visit_id=visit)
            request.started_at.FromDatetime(at)
            await call_service(records.stub.StartVisit, request, people.token(wren))

        with pytest.raises(FailedPrecondition, match="RECORD_TOO_EARLY"):
            await start(starts - timedelta(minutes=16))
        await start(starts + timedelta(hours=9))
        said = (await records.get_one(visit, ada)).entries[0].starts_at.ToDatetime(UTC)
        assert starts + timedelta(minutes=5) <= said <= starts + timedelta(minutes=6), "not later than it is here"
