"""What happened at a visit, on its page: who said what and when, and what this person can do about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import Response

from kith.scheduling.v1 import visit_records_pb2 as pb
from kith.scheduling.v1 import visits_pb2 as visits
from kith.scheduling.v1.enums import VisitRecordState, VisitState
from libs.rpc.enums import known_word
from services.web.http.forms import Form
from services.web.page_context import PageContext, PersonName, utc_datetime
from services.web.pages.visits.record_lines import RecordLine, record_lines
from services.web.pages.visits.task_words import DoneTask, TaskView, ToDo, done_tasks
from services.web.pages.visits.visit_words import shared_by, state_of, times_words

STEP = "visit-record-step"
DONE = ("record_start", "record_write", "record_confirm", "record_dispute", "record_stand_by")
_DONE_BY_STEP = {"start": "record_start", "start_alone": "record_start", "finish": "record_write", "confirm": "record_confirm"}
_STATUS = {VisitRecordState.DISPUTED: "no", VisitRecordState.CONFIRMED: "yes"}
_OF_WORKER: Mapping[VisitRecordState, tuple[str, ...]] = {
    VisitRecordState.STARTED: ("finish", "write"),
    VisitRecordState.WRITTEN: ("correct",),
    VisitRecordState.DISPUTED: ("correct", "stand_by"),
    VisitRecordState.STOOD_BY: ("correct",),
    VisitRecordState.CONFIRMED: ("correct",),
}
_OF_PERSON: Mapping[VisitRecordState, tuple[str, ...]] = {
    VisitRecordState.WRITTEN: ("confirm", "wrong"),
    VisitRecordState.DISPUTED: ("confirm",),
    VisitRecordState.STOOD_BY: ("confirm", "wrong"),
    VisitRecordState.CONFIRMED: ("wrong",),
}
"""What to offer; the service decides what may be done."""


@dataclass(frozen=True)
class RecordView:
    """The record of one worker; `times`, `tasks` and `note` are those of the latest entry. Of the tasks in `unsaid` it says nothing."""

    id: str
    version: int
    worker: str
    status: str
    says: Markup
    times: Markup
    tasks: list[DoneTask]
    unsaid: list[TaskView]
    note: str
    answer: str
    """What the other side said to it last, in their words."""
    confirms: Markup
    lines: list[RecordLine]
    can: tuple[str, ...]


@dataclass(frozen=True)
class RecordSection:
    """`is_person`: whom the page is about was there, visited or sharing the visit; `times_alone`: sharing it, they answer for its times."""

    records: list[RecordView]
    can_begin: bool
    is_person: bool
    times_alone: bool
    person: str


def people_of(found: pb.GetVisitRecordsResponse) -> set[str]:
    """Whose names the section says, but for the person visited."""
    return {record.worker_id for record in found.records} | {entry.by for record in found.records for entry in record.entries}


def record_section(
    ctx: PageContext, visit: visits.Visit, found: pb.GetVisitRecordsResponse, names: Mapping[str, PersonName], to_do: ToDo
) -> RecordSection | None:
    """`to_do` is what was to be done there. None before there can be a record, and for who has no part in it."""
    if not found.is_time:
        return None
    at_visit = {visit.person_id, *shared_by(visit)}
    takes_place = state_of(visit) in (VisitState.AGREED, VisitState.MOVING)
    if not found.records and not found.may_begin and not (takes_place and ctx.subject_id in at_visit):
        return None
    return RecordSection(
        [_view(ctx, visit, record, names, to_do) for record in found.records],
        found.may_begin and not ctx.acting,
        ctx.subject_id in at_visit,
        ctx.subject_id in shared_by(visit),
        names[visit.person_id].full,
    )


async def take_step(ctx: PageContext, form: Form) -> Response:
    """Start, finish or confirm, with one tap. The service decides whether the person may."""
    services, visit, version, did = ctx.state.services.visit_records, ctx.path_param("visit"), form.shown_number(), form.text("do")
    record, done = form.text("record"), _DONE_BY_STEP.get(did, "")
    if did in ("start", "start_alone"):
        request = pb.StartVisitRequest(request_id=form.request_id, visit_id=visit, alone=did == "start_alone")
        await ctx.call(services.StartVisit, request)
    elif did == "finish":
        finish = pb.RecordVisitRequest(request_id=form.request_id, visit_id=visit, record_id=record, version=version)
        await ctx.call(services.RecordVisit, finish)
    elif did == "confirm":
        await ctx.call(services.ConfirmVisit, pb.ConfirmVisitRequest(request_id=form.request_id, record_id=record, version=version))
    return ctx.redirect(f"/visits/{visit}?done={done}" if done else f"/visits/{visit}")


def _view(ctx: PageContext, visit: visits.Visit, record: pb.VisitRecord, names: Mapping[str, PersonName], to_do: ToDo) -> RecordView:
    is_person = ctx.subject_id in (visit.person_id, *shared_by(visit))
    state = known_word(pb.VisitRecordState, VisitRecordState, record.state, None)
    side, both = "person" if is_person else "worker", {"person": names[record.person_id].full, "worker": names[record.worker_id].full}
    offered = _OF_WORKER if record.worker_id == ctx.subject_id and not ctx.acting else {}
    # Nobody answers in another's place to what they wrote themselves.
    if is_person and record.worker_id != ctx.person_id:
        offered = _OF_PERSON
    latest = next((entry for entry in reversed(record.entries) if entry.HasField("ends_at")), None)
    said = {task.task_id for task in latest.tasks} if latest else set()
    can = offered.get(state, ()) if state else ()
    return RecordView(
        record.record_id,
        record.version,
        names[record.worker_id].full,
        _STATUS.get(state, "wait") if state else "wait",
        ctx.say(f"visit_record_is.{state.value}_{side}", **both) if state else Markup(),
        times_words(ctx, latest.starts_at, latest.ends_at) if latest else Markup(),
        done_tasks(ctx, latest.tasks) if latest else [],
        # What was said of the tasks is not for who shares the visit.
        [task for task in to_do.tasks if task.id not in said] if latest and ctx.subject_id not in shared_by(visit) else [],
        latest.note if latest else "",
        record.entries[-1].note if state in (VisitRecordState.DISPUTED, VisitRecordState.STOOD_BY) and record.entries else "",
        _confirms(ctx, record, side, both["person"]),
        record_lines(ctx, record, names, shared_by(visit)),
        # Where there are tasks, one tap does not say what became of them.
        tuple(step for step in can if step != "finish") if to_do.tasks else can,
    )


def _confirms(ctx: PageContext, record: pb.VisitRecord, side: str, person: str) -> Markup:
    if not record.HasField("confirms_at"):
        return Markup()
    return ctx.say(f"visit_record_timer.{side}", name=person, at=ctx.format_moment(utc_datetime(record.confirms_at)))
