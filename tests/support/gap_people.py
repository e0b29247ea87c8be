"""Calls for gaps between two visits, in the names of the people of `visit_people.py`."""

from collections.abc import Sequence
from uuid import UUID

from kith.scheduling.v1 import visit_gaps_pb2 as pb
from kith.scheduling.v1.visit_gaps_pb2_grpc import VisitGapServiceStub
from libs.database.engine import new_id
from libs.rpc.client import call_service
from tests.support.visit_people import VisitPeople

Parts = tuple[tuple[str, str], tuple[str, str]]
"""The first and the second, each as what it is and its id: `(("visit", breakfast), ("series", lunch))`."""


class GapPeople:
    """`by` is a person, or a token with which somebody acts."""

    def __init__(self, people: VisitPeople) -> None:
        self.people = people
        self.stub = people.co_op.stub(VisitGapServiceStub)

    async def propose(self, by: UUID | str, parts: Parts, least: int, most: int = 0, *, next_day: bool = False) -> str:
        """In minutes."""
        request = pb.ProposeVisitGapRequest(request_id=str(new_id()), least_minutes=least, most_minutes=most, next_day=next_day)
        for which, (what, part) in zip(("first", "second"), parts, strict=True):
            setattr(request, f"{which}_{what}_id", part)
        return str((await call_service(self.stub.ProposeVisitGap, request, self.people.token(by))).gap_id)

    async def agree(self, gap: str, by: UUID | str, version: int = 1) -> int:
        request = pb.AgreeVisitGapRequest(request_id=str(new_id()), gap_id=gap, version=version)
        return int((await call_service(self.stub.AgreeVisitGap, request, self.people.token(by))).version)

    async def decline(self, gap: str, by: UUID | str, version: int = 1) -> int:
        request = pb.DeclineVisitGapRequest(request_id=str(new_id()), gap_id=gap, version=version)
        return int((await call_service(self.stub.DeclineVisitGap, request, self.people.token(by))).version)

    async def end(self, gap: str, by: UUID | str, version: int = 2) -> int:
        request = pb.EndVisitGapRequest(request_id=str(new_id()), gap_id=gap, version=version)
        return int((await call_service(self.stub.EndVisitGap, request, self.people.token(by))).version)

    async def get(self, gap: str, by: UUID | str) -> pb.GetVisitGapResponse:
        found: pb.GetVisitGapResponse = await call_service(self.stub.GetVisitGap, pb.GetVisitGapRequest(gap_id=gap), self.people.token(by))
        return found

    async def list_of(self, person: UUID, by: UUID | str) -> list[str]:
        request = pb.GetVisitGapsRequest(person_id=str(person))
        return [gap.gap_id for gap in (await call_service(self.stub.GetVisitGaps, request, self.people.token(by))).gaps]

    async def choices(self, by: UUID | str, visit: str = "", series: str = "") -> list[str]:
        """The ids of the others."""
        request = pb.GetGapChoicesRequest(visit_id=visit, series_id=series)
        found = await call_service(self.stub.GetGapChoices, request, self.people.token(by))
        return [part.visit_id or part.series_id for part in found.others]

    async def distances(self, by: UUID | str, visits: Sequence[str]) -> list[pb.DistanceOfVisit]:
        request = pb.GetVisitDistancesRequest(visit_ids=visits)
        return list((await call_service(self.stub.GetVisitDistances, request, self.people.token(by))).distances)
