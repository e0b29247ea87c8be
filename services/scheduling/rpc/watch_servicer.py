"""The RPCs of the watch."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp

from kith.scheduling.v1 import watch_pb2 as pb
from libs.access.acting_audit import while_acting
from libs.host.component import Runtime
from libs.rpc.binding import BoundService, bind, command, query
from libs.rpc.enums import to_wire
from libs.rpc.fields import parse_day, parse_id, timestamp
from services.scheduling.commands.accept_watch import accept_watch
from services.scheduling.commands.ask_watch_holder import ask_watch_holder
from services.scheduling.commands.decline_watch import decline_watch
from services.scheduling.commands.end_watch import end_watch
from services.scheduling.commands.hand_back_watch import hand_back_watch
from services.scheduling.commands.say_on_way import say_on_way
from services.scheduling.commands.say_safe import say_safe
from services.scheduling.commands.set_watched import set_watched
from services.scheduling.commands.sort_alert import sort_alert
from services.scheduling.commands.take_alert import take_alert
from services.scheduling.domain.watch import Alert, AlertStep
from services.scheduling.domain.watch_duty import WatchDuty
from services.scheduling.queries.get_open_alerts import get_open_alerts
from services.scheduling.queries.get_visit_alerts import VisitAlerts, get_visit_alerts
from services.scheduling.queries.get_watch import Watch, get_watch
from services.scheduling.queries.get_watched import Watched, get_watched
from services.scheduling.storage.watch_rules import WatchGap


def watch_service(runtime: Runtime, zone: ZoneInfo) -> BoundService:
    acting = partial(while_acting, "watch alert", catch_up=runtime.catch_up_with("identity"))
    return bind(
        pb,
        "WatchService",
        runtime.transactions,
        {
            "AskWatchHolder": command(
                _asked, partial(ask_watch_holder, zone=zone), lambda duty: pb.AskWatchHolderResponse(duty_id=str(duty))
            ),
            "AcceptWatch": command(_duty_id, accept_watch, lambda _: pb.AcceptWatchResponse()),
            "DeclineWatch": command(_duty_id, decline_watch, lambda _: pb.DeclineWatchResponse()),
            "HandBackWatch": command(_duty_id, hand_back_watch, lambda _: pb.HandBackWatchResponse()),
            "EndWatch": command(_duty_id, end_watch, lambda _: pb.EndWatchResponse()),
            "GetWatch": query(lambda _: (), get_watch, _watch),
            "SetWatched": acting(command(_choice, set_watched, lambda _: pb.SetWatchedResponse())),
            "GetWatched": acting(query(_about, get_watched, _watched)),
            "GetVisitAlerts": acting(query(_visit, get_visit_alerts, alerts_of_visit)),
            "SayOnWay": command(
                lambda request: (parse_id("visit_id", request.visit_id), request.minutes),
                say_on_way,
                lambda comes_at: pb.SayOnWayResponse(comes_at=timestamp(comes_at)),
            ),
            "SaySafe": command(_visit, say_safe, lambda _: pb.SaySafeResponse()),
            "GetOpenAlerts": query(lambda _: (), get_open_alerts, lambda found: pb.GetOpenAlertsResponse(alerts=_alerts(*found))),
            "TakeAlert": command(lambda request: (parse_id("alert_id", request.alert_id),), take_alert, lambda _: pb.TakeAlertResponse()),
            "SortAlert": command(
                lambda request: (parse_id("alert_id", request.alert_id), request.words), sort_alert, lambda _: pb.SortAlertResponse()
            ),
        },
    )


_OfDuty = pb.AcceptWatchRequest | pb.DeclineWatchRequest | pb.HandBackWatchRequest | pb.EndWatchRequest


def _asked(request: pb.AskWatchHolderRequest) -> tuple[UUID, int, date | None, date | None]:
    first, last = parse_day("first_day", request.first_day), parse_day("last_day", request.last_day)
    return parse_id("person_id", request.person_id), request.rank, first, last


def _duty_id(request: _OfDuty) -> tuple[UUID]:
    return (parse_id("duty_id", request.duty_id),)


def _watch(watch: Watch) -> pb.GetWatchResponse:
    return pb.GetWatchResponse(
        duties=map(_duty, watch.duties),
        held_now=watch.held_now,
        gaps=map(_gap, watch.gaps),
        late_after_minutes=watch.rules.late_after,
        next_after_minutes=watch.rules.next_after,
        lone_after_minutes=watch.rules.lone_after,
    )


def _duty(duty: WatchDuty) -> pb.WatchDuty:
    return pb.WatchDuty(
        duty_id=str(duty.id),
        holder_id=str(duty.holder),
        rank=duty.rank,
        begins_at=timestamp(duty.begins),
        ends_at=_optional(duty.ends),
        state=to_wire(pb.WatchDutyState, duty.state),
    )


def _choice(request: pb.SetWatchedRequest) -> tuple[UUID, UUID | None, UUID | None, bool]:
    visit = parse_id("visit_id", request.visit_id) if request.visit_id else None
    # Of the two the narrower one.
    series = parse_id("series_id", request.series_id) if request.series_id and visit is None else None
    return parse_id("person_id", request.person_id), series, visit, request.watched


def _about(request: pb.GetWatchedRequest) -> tuple[UUID, UUID | None]:
    return parse_id("person_id", request.person_id), parse_id("series_id", request.series_id) if request.series_id else None


def _watched(found: Watched) -> pb.GetWatchedResponse:
    choice = found.choice
    return pb.GetWatchedResponse(
        watched=choice is not None and choice.watched,
        since=timestamp(choice.since) if choice else None,
        held_now=found.held_now,
        late_after_minutes=found.late_after,
    )


def _visit(request: pb.GetVisitAlertsRequest | pb.SaySafeRequest) -> tuple[UUID]:
    return (parse_id("visit_id", request.visit_id),)


def alerts_of_visit(found: VisitAlerts) -> pb.GetVisitAlertsResponse:
    return pb.GetVisitAlertsResponse(
        alerts=_alerts(found.alerts, found.steps),
        watched=found.watched,
        gaps=map(_gap, found.gaps),
        may_say_on_way=found.may_say_on_way,
        alone_always=found.alone_always,
    )


def _gap(gap: WatchGap) -> pb.WatchGap:
    return pb.WatchGap(begins_at=timestamp(gap.begins), ends_at=timestamp(gap.ends))


def _alerts(alerts: Iterable[Alert], steps: Mapping[UUID, list[AlertStep]]) -> list[pb.Alert]:
    return [_alert(alert, steps.get(alert.id, [])) for alert in alerts]


def _alert(alert: Alert, steps: Iterable[AlertStep]) -> pb.Alert:
    return pb.Alert(
        alert_id=str(alert.id),
        visit_id=str(alert.visit),
        person_id=str(alert.person),
        worker_id=str(alert.worker or ""),
        kind=to_wire(pb.AlertKind, alert.kind),
        state=to_wire(pb.AlertState, alert.state),
        starts_at=timestamp(alert.starts),
        ends_at=timestamp(alert.ends),
        taken_by_id=str(alert.taken_by or ""),
        missed_at=_optional(alert.missed_at),
        version=alert.version,
        steps=map(_step, steps),
    )


def _step(step: AlertStep) -> pb.AlertStep:
    return pb.AlertStep(
        step_id=str(step.id),
        kind=to_wire(pb.AlertStepKind, step.kind),
        who_id=str(step.who or ""),
        at=timestamp(step.at),
        comes_at=_optional(step.comes_at),
        words=step.words,
    )


def _optional(at: datetime | None) -> Timestamp | None:
    return timestamp(at) if at is not None else None
