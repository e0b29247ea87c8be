"""Visits that have taken place, and calls about their records."""

import math
from datetime import datetime
from uuid import UUID

from kith.scheduling.v1 import visit_records_pb2 as pb
from kith.scheduling.v1.visit_records_pb2_grpc import VisitRecordServiceStub
from libs.database.engine import new_id
from libs.rpc.client import call_service
from tests.support.running_co_op import ZONE
from tests.support.visit_people import VisitPeople


class RecordPeople:
    """Calls of people about records. A visit is at noon, an hour long, and the clock is set to after it."""

    def __init__(self, people: VisitPeople) -> None:
        self.people = people
        self.stub = people.co_op.stub(VisitRecordServiceStub)
        self.shifted = 0

    async def visit(self, person: UUID, *workers: UUID, ahead: int = 2) -> str:
        """Agreed, and taken by these workers."""
        people = self.people
        visit = await people.propose(person, person, people.at(ahead), max(1, len(workers)))
        for worker in workers:
            await people.take(visit, worker)
        return visit

    async def go_to(self, moment: datetime) -> None:
        """Sets the co-op's clock, to the second after it at the latest. Tokens of before have expired with that."""
        self.shifted += math.ceil((moment - self.people.co_op.now()).total_seconds())
        await self.people.co_op.move_clock(self.shifted)

    async def go_after(self, visit: str, by: UUID, minutes: float = 120) -> None:
        """Sets the clock to so many minutes after the visit's planned start."""
        starts = (await self.people.get(visit, by)).visit.starts_at.ToDatetime(ZONE)
        await self.go_to(datetime.fromtimestamp(starts.timestamp() + minutes * 60, ZONE))

    def at(self, hour: float, days_ago: int = 0) -> pb.LocalMoment:
        """Today, or so many days ago, by the co-op's clock."""
        return pb.LocalMoment(day=self.people.day(-days_ago).isoformat(), minute=int(hour * 60))

    async def start(self, visit: str, by: UUID) -> pb.StartVisitResponse:
        request = pb.StartVisitRequest(request_id=str(new_id()), visit_id=visit)
        response: pb.StartVisitResponse = await call_service(self.stub.StartVisit, request, self.people.token(by))
        return response

    async def write(
        self,
        visit: str,
        by: UUID | str,
        starts: pb.LocalMoment | None = None,
        ends: pb.LocalMoment | None = None,
        note: str = "Lunch together",
        record: str = "",
        version: int = 0,
        request_id: str = "",
    ) -> str:
        """The record's id."""
        request = pb.RecordVisitRequest(
            request_id=request_id or str(new_id()),
            visit_id=visit,
            record_id=record,
            version=version,
            starts=starts,
            ends=ends,
            note=note,
        )
        return str((await call_service(self.stub.RecordVisit, request, self.people.token(by))).record_id)

    async def confirm(self, record: str, by: UUID | str, version: int) -> int:
        request = pb.ConfirmVisitRequest(request_id=str(new_id()), record_id=record, version=version)
        return int((await call_service(self.stub.ConfirmVisit, request, self.people.token(by))).version)

    async def dispute(self, record: str, by: UUID | str, version: int, words: str = "It was shorter") -> int:
        request = pb.DisputeVisitRequest(request_id=str(new_id()), record_id=record, version=version, words=words)
        return int((await call_service(self.stub.DisputeVisit, request, self.people.token(by))).version)

    async def stand_by(self, record: str, by: UUID | str, version: int, words: str = "") -> int:
        request = pb.StandByVisitRequest(request_id=str(new_id()), record_id=record, version=version, words=words)
        return int((await call_service(self.stub.StandByVisit, request, self.people.token(by))).version)

    async def get(self, visit: str, by: UUID | str) -> pb.GetVisitRecordsResponse:
        request = pb.GetVisitRecordsRequest(visit_id=visit)
        response: pb.GetVisitRecordsResponse = await call_service(self.stub.GetVisitRecords, request, self.people.token(by))
        return response

    async def get_one(self, visit: str, by: UUID | str) -> pb.VisitRecord:
        [record] = (await self.get(visit, by)).records
        return record

    async def set_timer(self, person: UUID, by: UUID | str, *, agreed: bool = True) -> None:
        request = pb.SetTimedConfirmationRequest(request_id=str(new_id()), person_id=str(person), agreed=agreed)
        await call_service(self.stub.SetTimedConfirmation, request, self.people.token(by))

    async def timer(self, person: UUID, by: UUID | str) -> pb.GetTimedConfirmationResponse:
        request = pb.GetTimedConfirmationRequest(person_id=str(person))
        response: pb.GetTimedConfirmationResponse = await call_service(self.stub.GetTimedConfirmation, request, self.people.token(by))
        return response
