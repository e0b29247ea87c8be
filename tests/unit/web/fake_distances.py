"""Fake of distances between visits: one that Jo proposed to Ada, one of Ada's series that holds, one of Jo's, one that is over."""

from datetime import timedelta

from kith.scheduling.v1 import visit_gaps_pb2 as pb
from kith.scheduling.v1 import visit_series_pb2 as series
from tests.unit.web.fake_people import ADA, JO, NOW, FakeService, to_timestamp
from tests.unit.web.fake_series import JOS, RUNNING, WAITING
from tests.unit.web.fake_visits import HAD, PROPOSED, TAKEN

ASKED, HOLDS, OF_JO, OVER = (f"01939f00-0000-7000-8000-00000000081{number}" for number in (1, 2, 3, 4))


class FakeVisitGapService(FakeService):
    """Tests change `gaps`, `distances` and `others` for what they want to see."""

    def __init__(self) -> None:
        breakfast, supper = _of_visit(PROPOSED, 1), _of_visit(TAKEN, 1, hours=5)
        every_day, evening = _of_series(RUNNING, 8), _of_series(WAITING, 20)
        self.gaps = {
            ASKED: _gap(ASKED, ADA, JO, breakfast, supper, 240, 0, pb.VISIT_GAP_STATE_PROPOSED),
            HOLDS: _gap(HOLDS, ADA, ADA, every_day, evening, 120, 690, pb.VISIT_GAP_STATE_AGREED, agreed_by=ADA),
            OF_JO: _gap(OF_JO, JO, ADA, _of_series(JOS, 9), evening, 0, 960, pb.VISIT_GAP_STATE_PROPOSED, next_day=True),
            OVER: _gap(OVER, ADA, JO, breakfast, supper, 45, 0, pb.VISIT_GAP_STATE_ENDED, agreed_by=ADA),
        }
        self.distances = [
            _distance(PROPOSED, HAD, 240, 0, pb.VISIT_DISTANCE_KEPT),
            _distance(PROPOSED, TAKEN, 120, 690, pb.VISIT_DISTANCE_TOO_CLOSE, is_first=True),
        ]
        self.others = [supper, evening]
        super().__init__(pb.DESCRIPTOR.services_by_name["VisitGapService"])

    def GetVisitGaps(self, _request: pb.GetVisitGapsRequest) -> pb.GetVisitGapsResponse:
        return pb.GetVisitGapsResponse(gaps=[self.gaps[ASKED], self.gaps[HOLDS]])

    def GetVisitGap(self, request: pb.GetVisitGapRequest) -> pb.GetVisitGapResponse:
        return pb.GetVisitGapResponse(gap=self.gaps[request.gap_id], broken=self.distances[1:] if request.gap_id == HOLDS else [])

    def GetGapChoices(self, request: pb.GetGapChoicesRequest) -> pb.GetGapChoicesResponse:
        part = _of_visit(request.visit_id, 2) if request.visit_id else _of_series(request.series_id, 13)
        return pb.GetGapChoicesResponse(person_id=ADA, part=part, others=self.others)

    def GetVisitDistances(self, request: pb.GetVisitDistancesRequest) -> pb.GetVisitDistancesResponse:
        return pb.GetVisitDistancesResponse(distances=[one for one in self.distances if one.visit_id in request.visit_ids])

    def ProposeVisitGap(self, _request: pb.ProposeVisitGapRequest) -> pb.ProposeVisitGapResponse:
        return pb.ProposeVisitGapResponse(gap_id=ASKED, state=pb.VISIT_GAP_STATE_PROPOSED)


def _of_visit(visit: str, days: int, hours: int = 0) -> pb.GapPart:
    starts = NOW + timedelta(days=days, hours=hours)
    return pb.GapPart(visit_id=visit, starts_at=to_timestamp(starts), ends_at=to_timestamp(starts + timedelta(minutes=30)))


def _of_series(series_id: str, hour: int) -> pb.GapPart:
    pattern = series.SeriesPattern(first_day="2026-11-26", weekdays=range(1, 8), every_weeks=1, start=hour * 60, minutes=30)
    return pb.GapPart(series_id=series_id, pattern=pattern)


def _gap(
    gap: str, person: str, by: str, first: pb.GapPart, second: pb.GapPart, least: int, most: int,
    state: "pb.VisitGapState.ValueType", agreed_by: str = "", *, next_day: bool = False,
) -> pb.VisitGap:  # fmt: skip
    return pb.VisitGap(
        gap_id=gap, person_id=person, first=first, second=second, least_minutes=least, most_minutes=most, next_day=next_day,
        state=state, version=1, proposed_by=by, agreed_by=agreed_by,
    )  # fmt: skip


def _distance(
    visit: str, other: str, least: int, most: int, distance: "pb.VisitDistance.ValueType", *, is_first: bool = False
) -> pb.DistanceOfVisit:
    starts = NOW + timedelta(days=1, hours=5 if is_first else 0)
    return pb.DistanceOfVisit(
        visit_id=visit, gap_id=HOLDS, other_visit_id=other, other_starts_at=to_timestamp(starts),
        other_ends_at=to_timestamp(starts + timedelta(minutes=30)), is_first=is_first, least_minutes=least, most_minutes=most,
        distance=distance, starts_at=to_timestamp(NOW + timedelta(days=1)), ends_at=to_timestamp(NOW + timedelta(days=1, hours=1)),
    )  # fmt: skip
