"""Fake of visits that repeat: one to Ada that Jo proposed, one to Jo in whose team Ada is, one to Ada that goes on."""

from datetime import timedelta

from kith.scheduling.v1 import visit_series_pb2 as pb
from kith.scheduling.v1 import visits_pb2 as visits
from tests.unit.web.fake_people import ADA, JO, MO, NOW, FakeService, to_timestamp

WAITING, JOS, RUNNING = (f"01939f00-0000-7000-8000-0000000000b{number}" for number in (1, 2, 3))
VISITS = [f"01939f00-0000-7000-8000-0000000000c{number}" for number in range(1, 8)]
_TEAM = "01939f00-0000-7000-8000-0000000000f1"


class FakeVisitSeriesService(FakeService):
    """Tests change `series`, `visits`, `standing` and `planned` for what they want to see."""

    def __init__(self) -> None:
        self.series = {
            WAITING: _series(WAITING, ADA, JO, pb.SERIES_STATE_PROPOSED, weekdays=[1, 4], last_day="2027-03-31"),
            JOS: _series(JOS, JO, JO, pb.SERIES_STATE_AGREED, weekdays=[1, 2, 3, 4, 5, 6, 7], agreed_by=JO),
            RUNNING: _series(RUNNING, ADA, ADA, pb.SERIES_STATE_AGREED, weekdays=[2], every=2, minutes=90, agreed_by=ADA),
        }
        self.visits = [_visit(visit, number) for number, visit in enumerate(VISITS, 1)]
        self.planned = [_planned(day, overlaps=day == 3) for day in range(1, 9)]
        until = pb.StandingPlace(worker_id=MO, since="2026-09-01", last_day="2026-12-10")
        self.standing = {JOS: pb.GetSeriesResponse(standing_places=[until], can_take_standing_place=True)}
        """Of each series: who comes to all of its visits, and what the service says of it to Ada."""
        self.taken = pb.TakeSeriesResponse(
            taken_visit_ids=VISITS[:1],
            not_taken=[
                pb.NotTakenVisit(visit_id=VISITS[1], reason="WORKER_ELSEWHERE"),
                pb.NotTakenVisit(visit_id=VISITS[2], reason="VISIT_NEEDS_CREDENTIALS", details={"kinds": "dbs"}),
                pb.NotTakenVisit(
                    visit_id=VISITS[3],
                    reason="REST_TOO_SHORT",
                    details={"at": "2026-11-28T20:00", "hours": "11", "left": "9", "rest_reasons": "ill"},
                ),
            ],
        )
        super().__init__(pb.DESCRIPTOR.services_by_name["VisitSeriesService"])

    def ListSeries(self, _request: pb.ListSeriesRequest) -> pb.ListSeriesResponse:
        return pb.ListSeriesResponse(series=self.series.values())

    def GetSeries(self, request: pb.GetSeriesRequest) -> pb.GetSeriesResponse:
        series = self.series[request.series_id]
        is_proposed = series.state == pb.SERIES_STATE_PROPOSED
        response = pb.GetSeriesResponse(
            series=series, visits=[] if is_proposed else self.visits, proposed_visits=self.planned if is_proposed else []
        )
        response.MergeFrom(self.standing.get(request.series_id, pb.GetSeriesResponse()))
        return response

    def PreviewSeries(self, _request: pb.PreviewSeriesRequest) -> pb.PreviewSeriesResponse:
        return pb.PreviewSeriesResponse(visits=self.planned)

    def ProposeSeries(self, _request: pb.ProposeSeriesRequest) -> pb.ProposeSeriesResponse:
        return pb.ProposeSeriesResponse(series_id=WAITING, state=pb.SERIES_STATE_PROPOSED)

    def TakeSeries(self, _request: pb.TakeSeriesRequest) -> pb.TakeSeriesResponse:
        return self.taken

    def TakeStandingPlace(self, _request: pb.TakeStandingPlaceRequest) -> pb.TakeStandingPlaceResponse:
        taken = self.taken
        return pb.TakeStandingPlaceResponse(since="2026-12-11", taken_visit_ids=taken.taken_visit_ids, not_taken=taken.not_taken)


def _series(
    series: str,
    person: str,
    by: str,
    state: "pb.SeriesState.ValueType",
    weekdays: list[int],
    every: int = 1,
    minutes: int = 60,
    last_day: str = "",
    agreed_by: str = "",
) -> pb.VisitSeries:
    pattern = pb.SeriesPattern(
        first_day="2026-11-26", weekdays=weekdays, every_weeks=every, start=9 * 60, minutes=minutes, last_day=last_day
    )
    return pb.VisitSeries(
        series_id=series, person_id=person, team_id=_TEAM, pattern=pattern, workers=1, state=state, version=1, proposed_by=by,
        agreed_by=agreed_by, zone="Europe/London",
    )  # fmt: skip


def _visit(visit: str, days: int) -> visits.Visit:
    starts = NOW + timedelta(days=days)
    return visits.Visit(
        visit_id=visit, person_id=JO, team_id=_TEAM, starts_at=to_timestamp(starts), ends_at=to_timestamp(starts + timedelta(hours=1)),
        workers=1, version=2, state=visits.VISIT_STATE_AGREED, proposed_by=JO, agreed_by=JO, free_places=0 if days == 7 else 1,
        worker_ids=[MO] if days == 7 else [], series_id=JOS,
    )  # fmt: skip


def _planned(day: int, *, overlaps: bool) -> pb.SeriesVisit:
    starts = NOW + timedelta(days=day)
    return pb.SeriesVisit(starts_at=to_timestamp(starts), ends_at=to_timestamp(starts + timedelta(hours=1)), overlaps=overlaps)
