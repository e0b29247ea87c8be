"""Fake of workers' weeks: Ada is away three times, Jo offers her a swap, she offers Mo one, and two could come to Jo's visit."""

from datetime import UTC, datetime, timedelta

from kith.scheduling.v1 import worker_weeks_pb2 as pb
from tests.unit.web.fake_people import ADA, JO, MO, NOW, FakeService, to_timestamp
from tests.unit.web.fake_visits import OPEN, PROPOSED, TAKEN

AWAY, ON_LEAVE, ONE_DAY, TO_ADA, BY_ADA = (f"01939f00-0000-7000-8000-0000000000e{number}" for number in range(1, 6))
FINGERPRINT = "f" * 64


class FakeWorkerWeekService(FakeService):
    """Tests change `week` and `candidates` for what they want to see."""

    def __init__(self) -> None:
        self.week = pb.GetWorkerWeekResponse(fingerprint=FINGERPRINT)
        self.candidates = [
            pb.Candidate(person_id=JO, can_come=True),
            pb.Candidate(person_id=MO, can_come=True, asked=True),
            pb.Candidate(
                person_id=ADA,
                own_reasons=[
                    pb.OwnReason(reason="WORKER_ELSEWHERE"),
                    pb.OwnReason(reason="VISIT_NEEDS_CREDENTIALS", details={"kinds": "dbs references"}),
                ],
            ),
        ]
        super().__init__(pb.DESCRIPTOR.services_by_name["WorkerWeekService"])

    def ListAway(self, _request: pb.ListAwayRequest) -> pb.ListAwayResponse:
        times = {AWAY: (NOW, None), ON_LEAVE: (datetime(2026, 12, 1, tzinfo=UTC), 7), ONE_DAY: (datetime(2026, 12, 10, tzinfo=UTC), 1)}
        return pb.ListAwayResponse(away=[_away(away, begins, days) for away, (begins, days) in times.items()])

    def GetWhoCould(self, _request: pb.GetWhoCouldRequest) -> pb.GetWhoCouldResponse:
        return pb.GetWhoCouldResponse(candidates=self.candidates, version=1)

    def AskWorkers(self, request: pb.AskWorkersRequest) -> pb.AskWorkersResponse:
        return pb.AskWorkersResponse(asked=len(request.person_ids))

    def GetSwapChoices(self, request: pb.GetSwapChoicesRequest) -> pb.GetSwapChoicesResponse:
        choices = [pb.SwapChoice(colleague_id=JO, visits=[_swap_visit(OPEN, 3)]), pb.SwapChoice(colleague_id=ADA)]
        return pb.GetSwapChoicesResponse(person_id=MO, choices=choices, visit=_swap_visit(request.visit_id, 2))

    def ListSwaps(self, _request: pb.ListSwapsRequest) -> pb.ListSwapsResponse:
        to_ada = pb.Swap(swap_id=TO_ADA, person_id=MO, from_worker_id=JO, to_worker_id=ADA, visit=_swap_visit(PROPOSED, 4))
        to_ada.return_visit.CopyFrom(_swap_visit(TAKEN, 2))
        by_ada = pb.Swap(swap_id=BY_ADA, person_id=JO, from_worker_id=ADA, to_worker_id=MO, visit=_swap_visit(OPEN, 3))
        return pb.ListSwapsResponse(swaps=[to_ada, by_ada])

    def GetWorkerWeek(self, _request: pb.GetWorkerWeekRequest) -> pb.GetWorkerWeekResponse:
        return self.week

    def GetConfirmedVisits(self, _request: pb.GetConfirmedVisitsRequest) -> pb.GetConfirmedVisitsResponse:
        return pb.GetConfirmedVisitsResponse(visits=[pb.ConfirmedVisit(visit_id=PROPOSED, worker_ids=[JO, MO])])


def _swap_visit(visit: str, days: int) -> pb.SwapVisit:
    starts = NOW + timedelta(days=days)
    return pb.SwapVisit(visit_id=visit, version=1, starts_at=to_timestamp(starts), ends_at=to_timestamp(starts + timedelta(hours=1)))


def _away(away: str, begins: datetime, days: int | None) -> pb.Away:
    return pb.Away(away_id=away, begins_at=to_timestamp(begins), ends_at=to_timestamp(begins + timedelta(days=days)) if days else None)
