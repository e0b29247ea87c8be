"""Fake of the watch: Mo holds it, Ada is asked; a visit to Mo is late, and a worker is alone."""

from datetime import timedelta

from kith.scheduling.v1 import watch_pb2 as pb
from tests.unit.web.fake_people import ADA, JO, MO, NOW, FakeService, to_timestamp
from tests.unit.web.fake_visits import GIVEN, HAD

HELD, ASKED, LATE, ALONE = (f"01939f00-0000-7000-8000-0000000000b{number}" for number in (1, 2, 3, 4))


class FakeWatchService(FakeService):
    """Tests change what they want to see."""

    def __init__(self) -> None:
        self.watch = pb.GetWatchResponse(
            duties=[_duty(HELD, MO, 1, pb.WATCH_DUTY_STATE_HELD), _duty(ASKED, ADA, 2, pb.WATCH_DUTY_STATE_ASKED)],
            held_now=True,
            gaps=[pb.WatchGap(begins_at=to_timestamp(NOW - timedelta(hours=3)), ends_at=to_timestamp(NOW - timedelta(hours=2)))],
            next_after_minutes=10,
        )
        self.alerts = [late_alert(), lone_alert()]
        self.of_visit = {
            HAD: pb.GetVisitAlertsResponse(alerts=[late_alert(HAD, ADA)], watched=True, gaps=self.watch.gaps),
            GIVEN: pb.GetVisitAlertsResponse(alerts=[lone_alert(GIVEN, ADA)], may_say_on_way=True, watched=True),
        }
        self.watched = pb.GetWatchedResponse(late_after_minutes=15, held_now=True)
        super().__init__(pb.DESCRIPTOR.services_by_name["WatchService"])

    def GetWatch(self, _request: pb.GetWatchRequest) -> pb.GetWatchResponse:
        return self.watch

    def GetWatched(self, _request: pb.GetWatchedRequest) -> pb.GetWatchedResponse:
        return self.watched

    def GetOpenAlerts(self, _request: pb.GetOpenAlertsRequest) -> pb.GetOpenAlertsResponse:
        return pb.GetOpenAlertsResponse(alerts=self.alerts)

    def GetVisitAlerts(self, request: pb.GetVisitAlertsRequest) -> pb.GetVisitAlertsResponse:
        return self.of_visit.get(request.visit_id, pb.GetVisitAlertsResponse())


def add_step(alert: pb.Alert, kind: "pb.AlertStepKind.ValueType", who: str = "", minutes: int = 10, words: str = "") -> pb.AlertStep:
    """One step more, so many minutes after the one before."""
    before = alert.steps[-1].at.ToDatetime() if alert.steps else alert.starts_at.ToDatetime()
    alert.version += 1
    return alert.steps.add(kind=kind, who_id=who, at=to_timestamp(before + timedelta(minutes=minutes)), words=words)


def late_alert(visit: str = GIVEN, person: str = JO) -> pb.Alert:
    """Told to Mo."""
    alert = _alert(LATE, visit, person, MO, pb.ALERT_KIND_ARRIVAL, pb.ALERT_STATE_OPEN)
    add_step(alert, pb.ALERT_STEP_KIND_TOLD, MO, 15)
    return alert


def lone_alert(visit: str = GIVEN, worker: str = MO) -> pb.Alert:
    """That Ada has."""
    alert = _alert(ALONE, visit, JO, worker, pb.ALERT_KIND_LONE, pb.ALERT_STATE_TAKEN)
    alert.taken_by_id = ADA
    add_step(alert, pb.ALERT_STEP_KIND_TOLD, ADA, 75)
    add_step(alert, pb.ALERT_STEP_KIND_TAKEN, ADA)
    return alert


def _duty(duty: str, holder: str, rank: int, state: "pb.WatchDutyState.ValueType") -> pb.WatchDuty:
    ends = to_timestamp(NOW + timedelta(days=7)) if rank == 1 else None
    return pb.WatchDuty(duty_id=duty, holder_id=holder, rank=rank, begins_at=to_timestamp(NOW), ends_at=ends, state=state)


def _alert(alert: str, visit: str, person: str, worker: str, kind: "pb.AlertKind.ValueType", state: "pb.AlertState.ValueType") -> pb.Alert:
    starts = NOW - timedelta(hours=1)
    return pb.Alert(
        alert_id=alert,
        visit_id=visit,
        person_id=person,
        worker_id=worker,
        kind=kind,
        state=state,
        starts_at=to_timestamp(starts),
        ends_at=to_timestamp(starts + timedelta(hours=1)),
    )
