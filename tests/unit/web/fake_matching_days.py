"""Fakes of matching days: one is open, in which Ada takes part as who looks for support and could rank Jo and Mo; two are over."""

import json
from datetime import timedelta

from kith.matching.v1 import matching_days_pb2 as pb
from kith.matching.v1 import support_profiles_pb2 as profiles
from tests.unit.web.fake_people import JO, MO, NOW, FakeService, to_timestamp

OPEN_DAY, RUN_DAY, LONELY_DAY, CLOSED_DAY, CALLED_OFF_DAY = (f"01939f00-0000-7000-8000-0000000000f{number}" for number in range(1, 6))
_STATES = {
    OPEN_DAY: pb.MATCHING_DAY_STATE_OPEN,
    RUN_DAY: pb.MATCHING_DAY_STATE_RUN,
    LONELY_DAY: pb.MATCHING_DAY_STATE_RUN,
    CLOSED_DAY: pb.MATCHING_DAY_STATE_CLOSED,
    CALLED_OFF_DAY: pb.MATCHING_DAY_STATE_CALLED_OFF,
}


class FakeMatchingDayService(FakeService):
    """`listed` are the days on the list; in the open one `choices` says whether there is anybody to rank."""

    def __init__(self) -> None:
        self.listed, self.wanted, self.choices = [OPEN_DAY, RUN_DAY, CALLED_OFF_DAY], True, True
        super().__init__(pb.DESCRIPTOR.services_by_name["MatchingDayService"])

    def GetMatchingDays(self, _request: pb.GetMatchingDaysRequest) -> pb.GetMatchingDaysResponse:
        return pb.GetMatchingDaysResponse(days=map(_day, self.listed), wanted=self.wanted)

    def GetMatchingDay(self, request: pb.GetMatchingDayRequest) -> pb.GetMatchingDayResponse:
        found = pb.GetMatchingDayResponse(day=_day(request.day_id))
        if request.day_id in {OPEN_DAY, CLOSED_DAY}:
            found.getting.MergeFrom(pb.MatchingDayEntry(room=2, version=3, recount=True))
        if request.day_id == OPEN_DAY and self.choices:
            offer = profiles.GivingSupport(
                words="I like walks.", times=[profiles.WeeklyTime(day="mon", begins="09:00", ends="12:00")], rate_pence=1850
            )
            found.getting.choices.extend(
                [
                    pb.MatchingDayChoice(person_id=JO, rank=1, offer=offer),
                    pb.MatchingDayChoice(person_id=MO, offer=profiles.GivingSupport()),
                ]
            )
        if request.day_id in {RUN_DAY, LONELY_DAY}:
            file = json.dumps({"seed": "promised"})
            found.getting.MergeFrom(pb.MatchingDayEntry(room=1, number="5e" * 16, file=file))
            found.giving.MergeFrom(pb.MatchingDayEntry(room=2, number="6f" * 16, file=file))
        if request.day_id == RUN_DAY:
            found.getting.proposed_ids.append(JO)
            found.getting.ranked.extend([pb.RankedNumber(person_id=MO, number="7a" * 16)])
            found.giving.proposed_ids.extend([JO, MO])
        return found

    def AnnounceMatchingDay(self, _request: pb.AnnounceMatchingDayRequest) -> pb.AnnounceMatchingDayResponse:
        return pb.AnnounceMatchingDayResponse(day_id=OPEN_DAY)

    def GetMatchingDayRecount(self, _request: pb.GetMatchingDayRecountRequest) -> pb.GetMatchingDayRecountResponse:
        return pb.GetMatchingDayRecountResponse(file='{"seed": "promised", "persons": [], "workers": []}')


def _day(day_id: str) -> pb.MatchingDay:
    state = _STATES.get(day_id, pb.MATCHING_DAY_STATE_OPEN)
    is_run = state == pb.MATCHING_DAY_STATE_RUN
    return pb.MatchingDay(
        day_id=day_id,
        words="For all who look for company.\n\nCome and choose.",
        closes_at=to_timestamp(NOW + timedelta(days=5)),
        runs_at=to_timestamp(NOW + timedelta(days=6)),
        state=state,
        commitment="ab" * 32,
        entries=5 if is_run else 0,
        pairs=2 if is_run else 0,
    )
