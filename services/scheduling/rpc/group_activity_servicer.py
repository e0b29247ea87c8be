"""The RPCs of what people do together."""

from datetime import date
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from kith.scheduling.v1 import activities_pb2 as activities
from kith.scheduling.v1 import group_activities_pb2 as pb
from kith.scheduling.v1.enums import ActivityKind, StepFreeAccess
from libs.access.acting_audit import while_acting
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import from_wire, to_wire
from libs.rpc.fields import parse_day, parse_id, timestamp
from services.scheduling.commands.announce_activity import announce_activity
from services.scheduling.commands.call_off_activity import call_off_activity
from services.scheduling.commands.close_activity import close_activity
from services.scheduling.commands.join_activity import join_activity
from services.scheduling.commands.leave_activity import leave_activity
from services.scheduling.domain.group_activity import NewGroupActivity
from services.scheduling.queries.get_group_activities import get_group_activities
from services.scheduling.queries.get_group_activity import SeenActivity, get_group_activity


def group_activity_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    acting = partial(while_acting, "activity", catch_up=runtime.catch_up_with("identity"))
    return bind(
        pb,
        "GroupActivityService",
        runtime.transactions,
        {
            "AnnounceActivity": command(
                _new, partial(announce_activity, zone=zone), lambda activity: pb.AnnounceActivityResponse(activity_id=str(activity))
            ),
            "JoinActivity": acting(command(_joining, join_activity, lambda _: pb.JoinActivityResponse())),
            "LeaveActivity": acting(command(lambda request: (_activity(request),), leave_activity, lambda _: pb.LeaveActivityResponse())),
            "CallOffActivity": command(
                lambda request: (_activity(request), request.version), call_off_activity, lambda _: pb.CallOffActivityResponse()
            ),
            "CloseActivity": command(
                _closing, close_activity, lambda registered: pb.CloseActivityResponse(registered_id=str(registered or ""))
            ),
            "GetGroupActivity": acting(query(lambda request: (_activity(request),), get_group_activity, _whole)),
            "GetGroupActivities": acting(
                query(lambda _: (), get_group_activities, lambda found: pb.GetGroupActivitiesResponse(activities=map(_message, found)))
            ),
        },
    )


_OfOne = pb.JoinActivityRequest | pb.LeaveActivityRequest | pb.CallOffActivityRequest | pb.CloseActivityRequest | pb.GetGroupActivityRequest


def _activity(request: _OfOne) -> UUID:
    return parse_id("activity_id", request.activity_id)


def _new(request: pb.AnnounceActivityRequest) -> tuple[NewGroupActivity, date | None, int, int]:
    new = NewGroupActivity(
        from_wire(activities.ActivityKind, ActivityKind, request.kind, "kind", "CHOICE_MISSING"),
        request.what,
        request.where,
        request.places,
        from_wire(pb.StepFreeAccess, StepFreeAccess, request.step_free, "step_free", "CHOICE_MISSING"),
        request.price_pence,
    )
    return new, parse_day("day", request.when.day), request.when.start, request.when.minutes


def _joining(request: pb.JoinActivityRequest) -> tuple[UUID, int, bool, bool]:
    return _activity(request), request.version, request.with_helper, request.shows


def _closing(request: pb.CloseActivityRequest) -> tuple[UUID, int, list[tuple[str, int]]]:
    return _activity(request), request.version, [(each.member_class, each.came) for each in request.came]


def _message(seen: SeenActivity) -> pb.GroupActivity:
    activity, own = seen.activity, seen.own
    return pb.GroupActivity(
        activity_id=str(activity.id),
        organiser_id=str(activity.organiser),
        kind=to_wire(activities.ActivityKind, activity.kind),
        what=activity.what,
        where=activity.place,
        starts_at=timestamp(activity.starts),
        ends_at=timestamp(activity.ends),
        places=activity.places,
        step_free=to_wire(pb.StepFreeAccess, activity.step_free),
        price_pence=activity.price_pence,
        state=to_wire(pb.GroupActivityState, activity.state),
        version=activity.version,
        coming=seen.coming,
        comes=own is not None,
        with_helper=own is not None and own.with_helper,
        shows=own is not None and own.shows,
    )


def _whole(seen: SeenActivity) -> pb.GetGroupActivityResponse:
    return pb.GetGroupActivityResponse(activity=_message(seen), person_ids=map(str, seen.shown))
