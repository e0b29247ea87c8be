"""Fake of visits: to Ada one that is proposed and one that is over; to Mo one that Ada took and one that she went to; one to Jo."""

from datetime import timedelta

from kith.scheduling.v1 import visits_pb2 as pb
from tests.unit.web.fake_people import ADA, JO, MO, NOW, FakeService, to_timestamp

PROPOSED, TAKEN, OPEN, HAD, GIVEN = (f"01939f00-0000-7000-8000-0000000000d{number}" for number in (1, 2, 3, 4, 5))
_TEAM = "01939f00-0000-7000-8000-0000000000f1"
_SECOND = "second"
_WORKERS = {TAKEN: [ADA], GIVEN: [ADA], HAD: [MO]}


class FakeVisitService(FakeService):
    """Tests change `visits` for what they want to see."""

    def __init__(self) -> None:
        self.visits = {
            PROPOSED: _visit(PROPOSED, ADA, 1, state=pb.VISIT_STATE_PROPOSED, proposed_by=JO, free_places=1),
            TAKEN: _visit(TAKEN, MO, 2, state=pb.VISIT_STATE_AGREED, proposed_by=MO, agreed_by=MO),
            HAD: _visit(HAD, ADA, -1, state=pb.VISIT_STATE_AGREED, proposed_by=ADA, agreed_by=ADA),
            GIVEN: _visit(GIVEN, MO, -2, state=pb.VISIT_STATE_AGREED, proposed_by=MO, agreed_by=MO),
            OPEN: _visit(OPEN, JO, 3, state=pb.VISIT_STATE_AGREED, proposed_by=JO, agreed_by=JO, free_places=2, workers=2),
        }
        self.overlaps = False
        self.waiting = pb.GetWaitingResponse()
        self.on_second_pages: list[pb.Visit] = []
        """What every list has on a second page."""
        self.came = [(JO, 6), (MO, 3), (ADA, 1)]
        super().__init__(pb.DESCRIPTOR.services_by_name["VisitService"])

    def ListVisits(self, request: pb.ListVisitsRequest) -> pb.ListVisitsResponse:
        if request.page_token == _SECOND:
            return pb.ListVisitsResponse(visits=self.on_second_pages)
        return self._of_days(request, giving=request.giving)

    def ListOpenVisits(self, request: pb.ListOpenVisitsRequest) -> pb.ListOpenVisitsResponse:
        if request.page_token == _SECOND:
            return pb.ListOpenVisitsResponse(visits=self.on_second_pages)
        return pb.ListOpenVisitsResponse(visits=[self.visits[OPEN]])

    def GetDays(self, request: pb.GetDaysRequest) -> pb.GetDaysResponse:
        days = pb.GetDaysResponse(to_person=self._of_days(request, giving=False), waiting=self.waiting)
        if request.person_id == ADA:  # she acts for the others
            days.taken.CopyFrom(self._of_days(request, giving=True))
            days.open_visits.visits.extend([self.visits[OPEN]] if request.with_open_visits else [])
        for page in (days.to_person, days.taken, days.open_visits) if self.on_second_pages else ():
            page.next_page_token = _SECOND
        return days

    def _of_days(self, request: pb.ListVisitsRequest | pb.GetDaysRequest, *, giving: bool) -> pb.ListVisitsResponse:
        visit = self.visits[TAKEN if giving else PROPOSED]
        starts = visit.starts_at.ToDatetime()
        return pb.ListVisitsResponse(visits=[visit] if request.begin.ToDatetime() <= starts < request.end.ToDatetime() else [])

    def GetWaiting(self, _request: pb.GetWaitingRequest) -> pb.GetWaitingResponse:
        return self.waiting

    def GetContinuity(self, _request: pb.GetContinuityRequest) -> pb.GetContinuityResponse:
        workers = [pb.WorkerVisits(worker_id=worker, visits=visits) for worker, visits in self.came]
        return pb.GetContinuityResponse(weeks=12, workers=workers, index_thousandths=400, usual_thousandths=600)

    def GetVisit(self, request: pb.GetVisitRequest) -> pb.GetVisitResponse:
        return pb.GetVisitResponse(visit=self.visits[request.visit_id], worker_ids=_WORKERS.get(request.visit_id, []))

    def MoveVisit(self, _request: pb.MoveVisitRequest) -> pb.MoveVisitResponse:
        return pb.MoveVisitResponse(version=2, overlaps=self.overlaps)

    def ProposeVisit(self, _request: pb.ProposeVisitRequest) -> pb.ProposeVisitResponse:
        return pb.ProposeVisitResponse(visit_id=PROPOSED, state=pb.VISIT_STATE_PROPOSED, overlaps=self.overlaps)


def _visit(visit: str, person: str, days: int, **fields: object) -> pb.Visit:
    starts = NOW + timedelta(days=days)
    values: dict[str, object] = {"workers": 1, "version": 1} | fields
    return pb.Visit(
        visit_id=visit,
        person_id=person,
        team_id=_TEAM,
        starts_at=to_timestamp(starts),
        ends_at=to_timestamp(starts + timedelta(hours=1)),
        **values,  # type: ignore[arg-type]  # fields of the message by name
    )
