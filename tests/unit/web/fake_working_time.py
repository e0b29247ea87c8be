"""Fakes of working time: Ada worked long weeks, besides some for nothing, and said that this is her choice; another's are not bound."""

from datetime import date, timedelta

from kith.scheduling.v1 import working_time_pb2 as pb
from tests.unit.web.fake_people import ADA, JO, FakeService

OPT_OUT, ENDED = (f"01939f00-0000-7000-8000-0000000000f{number}" for number in (1, 2))
_FIRST = date(2026, 8, 3)


class FakeWorkingTimeService(FakeService):
    """Tests change `own` for what they want to see."""

    def __init__(self) -> None:
        self.own = pb.GetWorkingTimeResponse(
            weeks=[
                pb.WorkedWeek(
                    monday=(_FIRST + timedelta(weeks=week)).isoformat(),
                    employed_minutes=2900 if week < 17 else 1200,
                    volunteer_minutes=90 * (week % 3),
                    planned_minutes=0 if week < 16 else 1200,
                )
                for week in range(20)
            ],
            averaged_weeks=17,
            average_week_minutes=2880,
            worked_minutes=17 * 2900,
            breaches=[pb.Breach(rule=rule, at="2026-11-23T07:00") for rule in list(pb.WorkingTimeRule.values())[1:]],
            opt_outs=[
                pb.OptOut(opt_out_id=OPT_OUT, worker_id=ADA, first_day="2026-10-01"),
                pb.OptOut(opt_out_id=ENDED, worker_id=ADA, first_day="2026-01-01", last_day="2026-03-01"),
            ],
            with_reason=[
                pb.VisitWithReason(
                    at="2026-11-24T07:00",
                    reason="ill",
                    rules=[pb.WORKING_TIME_RULE_DAILY_REST, pb.WORKING_TIME_RULE_WEEKLY_REST],
                ),
                pb.VisitWithReason(at="2026-12-01T12:00", reason="an_older_one", rules=[pb.WORKING_TIME_RULE_DAILY_REST]),
            ],
            is_bound=True,
            opt_out_notice_days=7,
            file='{"zone": "Europe/London"}',
        )
        super().__init__(pb.DESCRIPTOR.services_by_name["WorkingTimeService"])

    def GetWorkingTime(self, request: pb.GetWorkingTimeRequest) -> pb.GetWorkingTimeResponse:
        if request.worker_id == ADA:
            return self.own
        weeks = [pb.WorkedWeek(monday=(_FIRST + timedelta(weeks=week)).isoformat(), self_employed_minutes=600) for week in range(17)]
        return pb.GetWorkingTimeResponse(weeks=weeks, averaged_weeks=17, average_week_minutes=2880, may_opt_out=True)

    def EndOptOut(self, _request: pb.EndOptOutRequest) -> pb.EndOptOutResponse:
        return pb.EndOptOutResponse(last_day="2026-12-01")

    def ListOptOuts(self, _request: pb.ListOptOutsRequest) -> pb.ListOptOutsResponse:
        return pb.ListOptOutsResponse(opt_outs=[*self.own.opt_outs, pb.OptOut(opt_out_id=ENDED, worker_id=JO, first_day="2026-11-01")])
