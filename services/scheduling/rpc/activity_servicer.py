"""The RPCs of the register of free activities."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

from kith.scheduling.v1 import activities_pb2 as pb
from kith.scheduling.v1.enums import ActivityKind
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import from_wire, to_wire
from libs.rpc.fields import parse_day, parse_id
from services.scheduling.commands.record_activity import record_activity
from services.scheduling.commands.remove_activity import remove_activity
from services.scheduling.queries.get_activity_year import ActivityYear, get_activity_year


def activity_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    return bind(
        pb,
        "ActivityService",
        runtime.transactions,
        {
            "RecordActivity": command(
                _new, partial(record_activity, zone=zone), lambda activity: pb.RecordActivityResponse(activity_id=str(activity))
            ),
            "RemoveActivity": command(
                lambda request: (parse_id("activity_id", request.activity_id),), remove_activity, lambda _: pb.RemoveActivityResponse()
            ),
            "GetActivityYear": query(lambda request: (request.year,), get_activity_year, _activities),
        },
    )


def _new(request: pb.RecordActivityRequest) -> tuple[date | None, ActivityKind, list[tuple[str, int]]]:
    kind = from_wire(pb.ActivityKind, ActivityKind, request.kind, "kind", "CHOICE_MISSING")
    return parse_day("day", request.day), kind, [(each.member_class, each.came) for each in request.came]


def _activities(found: ActivityYear) -> pb.GetActivityYearResponse:
    activities = [
        pb.Activity(
            activity_id=str(each.id),
            day=each.day.isoformat(),
            kind=to_wire(pb.ActivityKind, each.kind),
            came=_came(each.came),
            may_remove=found.removable_by in (None, each.written_by),
        )
        for each in found.activities
    ]
    months = [pb.ActivityMonth(month=each.month, activities=each.activities, came=_came(each.came)) for each in found.months]
    return pb.GetActivityYearResponse(activities=activities, months=months)


def _came(came: Mapping[str, int]) -> list[pb.CameByClass]:
    return [pb.CameByClass(member_class=name, came=number) for name, number in came.items()]
