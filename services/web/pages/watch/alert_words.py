"""Alerts in words: what is wrong, what was done about it and when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from kith.scheduling.v1 import watch_pb2 as pb
from kith.scheduling.v1.enums import AlertKind, AlertState, AlertStepKind
from libs.rpc.enums import known_word
from services.web.localisation import dates
from services.web.page_context import PageContext, PersonName, utc_datetime
from services.web.pages.visits.visit_words import times_words


@dataclass(frozen=True)
class AlertLine:
    """One thing that happened."""

    at: datetime
    says: Markup
    words: str


@dataclass(frozen=True)
class AlertView:
    """`person` and `worker` are names; without a worker nobody had taken the visit."""

    id: str
    visit: str
    person_id: str
    person: str
    worker_id: str
    worker: str
    is_lone: bool
    is_over: bool
    is_taken: bool
    is_mine: bool
    """Who reads has it."""
    when: str
    wrong: Markup
    status: str
    says: Markup
    lines: list[AlertLine]


def people_of(alerts: Iterable[pb.Alert]) -> set[str]:
    """Ids of everybody whom these alerts name; the empty one where they name nobody."""
    return {
        person
        for alert in alerts
        for person in (alert.person_id, alert.worker_id, alert.taken_by_id, *(step.who_id for step in alert.steps))
    }


def alert_view(ctx: PageContext, alert: pb.Alert, names: Mapping[str, PersonName]) -> AlertView:
    """`names` are those of `people_of`."""
    kind = known_word(pb.AlertKind, AlertKind, alert.kind, AlertKind.ARRIVAL)
    state = known_word(pb.AlertState, AlertState, alert.state, AlertState.OPEN)
    day = ctx.format_day(ctx.local_day(utc_datetime(alert.starts_at)).isoformat())
    status, says = _state_words(ctx, alert, kind, state, names)
    return AlertView(
        alert.alert_id,
        alert.visit_id,
        alert.person_id,
        names[alert.person_id].full,
        alert.worker_id,
        names[alert.worker_id].full if alert.worker_id else "",
        kind is AlertKind.LONE,
        state is AlertState.OVER,
        state is AlertState.TAKEN,
        state is AlertState.TAKEN and alert.taken_by_id == ctx.person_id,
        f"{day}, {times_words(ctx, alert.starts_at, alert.ends_at)}",
        _what_is_wrong(ctx, alert, kind, names),
        status,
        says,
        [line for step in alert.steps if (line := _line(ctx, step, names)) is not None],
    )


def _what_is_wrong(ctx: PageContext, alert: pb.Alert, kind: AlertKind, names: Mapping[str, PersonName]) -> Markup:
    if kind is AlertKind.LONE:
        return ctx.say("alert.lone", name=names[alert.worker_id].full)
    if not alert.worker_id:
        return ctx.say("alert.nobody")
    return ctx.say("alert.missed" if alert.HasField("missed_at") else "alert.late", name=names[alert.worker_id].full)


def _state_words(
    ctx: PageContext, alert: pb.Alert, kind: AlertKind, state: AlertState, names: Mapping[str, PersonName]
) -> tuple[str, Markup]:
    """The word that comes first says what it is; then what is done about it."""
    kinds = [known_word(pb.AlertStepKind, AlertStepKind, step.kind, None) for step in alert.steps]
    if kind is AlertKind.LONE and state is AlertState.WAITING:
        return "calm", ctx.say("alert_state.alone")
    what = ctx.say("alert_word.missed" if alert.HasField("missed_at") else f"alert_word.{kind.value}")
    if state is AlertState.TAKEN:
        return "wait", ctx.say("alert_state.taken", what=what, name=names[alert.taken_by_id].full)
    if state is AlertState.WAITING or kinds[-1:] == [AlertStepKind.ON_WAY]:
        comes = next((step.comes_at for step in reversed(alert.steps) if step.HasField("comes_at")), None)
        hour = dates.format_hour(utc_datetime(comes), ctx.state.co_op.zone) if comes else ""
        return "wait", ctx.say("alert_state.waiting", what=what, name=names[alert.worker_id].full, at=hour)
    if state is AlertState.OVER:
        how = "sorted" if AlertStepKind.SORTED in kinds else "over"
        return "no" if alert.HasField("missed_at") else "yes", ctx.say(f"alert_state.{how}", what=what)
    told = {AlertStepKind.TOLD, AlertStepKind.TOLD_SECRETARY} & set(kinds)
    return "no", ctx.say("alert_state.open" if told else "alert_state.untold", what=what)


def _line(ctx: PageContext, step: pb.AlertStep, names: Mapping[str, PersonName]) -> AlertLine | None:
    """None for what only a newer version knows."""
    kind = known_word(pb.AlertStepKind, AlertStepKind, step.kind, None)
    if kind is None:
        return None
    comes = dates.format_hour(utc_datetime(step.comes_at), ctx.state.co_op.zone) if step.HasField("comes_at") else ""
    return AlertLine(utc_datetime(step.at), ctx.say(f"alert_step.{kind.value}", name=names[step.who_id].full, at=comes), step.words)
