"""What is to be done at a visit, and what became of it, in words and pictures."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from kith.scheduling.v1 import visit_records_pb2 as records
from kith.scheduling.v1 import visit_tasks_pb2 as pb
from kith.scheduling.v1.enums import TaskOutcomeKind, VisitTaskKind
from libs.rpc.enums import known_word, to_wire
from libs.texts.days import read_day
from services.web.localisation import dates
from services.web.localisation.clock_times import minute_of_day
from services.web.page_context import PageContext, utc_datetime

MOST = 20
LIST = "tasks"
"""The field with the id of the list that was shown."""
PREFIXES = ("task-", "outcome-", "reason-", "at-")
INPUTS: Mapping[str, str] = {
    **{f"tasks.{number}": f"outcome-{number}" for number in range(1, MOST + 1)},
    **{f"tasks.{number}.{part}": f"{part}-{number}" for number in range(1, MOST + 1) for part in ("reason", "at")},
}
"""Fields of a request, and the inputs of the form."""
PICTURES: Mapping[VisitTaskKind, str] = {
    VisitTaskKind.PERSONAL_CARE: "wash",
    VisitTaskKind.MEDICINES: "pill",
    VisitTaskKind.MOVING_AND_HANDLING: "people",
    VisitTaskKind.FOOD_AND_DRINK: "cup",
    VisitTaskKind.HOUSEHOLD: "house",
    VisitTaskKind.COMPANY: "talk",
    VisitTaskKind.OUT_AND_ABOUT: "walk",
}
_OF_MEDICINE = (TaskOutcomeKind.TAKEN, TaskOutcomeKind.REFUSED, TaskOutcomeKind.NOT_GIVEN)
_OF_OTHERS = (TaskOutcomeKind.DONE, TaskOutcomeKind.NOT_DONE)
_ASKS_WHY = frozenset({TaskOutcomeKind.NOT_DONE, TaskOutcomeKind.NOT_GIVEN})
_MAY_SAY_WHY = _ASKS_WHY | {TaskOutcomeKind.REFUSED}
_SIGNS = {TaskOutcomeKind.DONE: "yes", TaskOutcomeKind.TAKEN: "yes", TaskOutcomeKind.NOT_GIVEN: "no", TaskOutcomeKind.NOT_DONE: "no"}


@dataclass(frozen=True)
class OutcomeChoice:
    """`needs` says what has to be written with it: `reason`, `time` or nothing; `may_say_why` also where nobody has to."""

    value: str
    text: Markup
    picture: str
    needs: str
    may_say_why: bool


@dataclass(frozen=True)
class TaskView:
    """One thing to be done; `words` are empty for who does not come."""

    id: str
    number: int
    kind: Markup
    words: str
    picture: str
    is_medicine: bool
    choices: Sequence[OutcomeChoice]


@dataclass(frozen=True)
class ToDo:
    """The list that holds; without an id nobody has said what is to be done."""

    list_id: str
    tasks: Sequence[TaskView]
    of_series: bool


@dataclass(frozen=True)
class DoneTask:
    """What became of a task: `sign` is yes, no or calm."""

    kind: Markup
    words: str
    says: Markup
    reason: str
    sign: str


async def load_tasks(ctx: PageContext, *, visit: str = "", series: str = "") -> ToDo:
    request = pb.GetVisitTasksRequest(visit_id=visit, series_id=series)
    return to_do_of(ctx, await ctx.call(ctx.state.services.visit_tasks.GetVisitTasks, request))


def to_do_of(ctx: PageContext, found: pb.GetVisitTasksResponse) -> ToDo:
    known = [(task, word) for task in found.tasks if (word := known_word(pb.VisitTaskKind, VisitTaskKind, task.kind, None))]
    return ToDo(found.list_id, [_view(ctx, number, task, kind) for number, (task, kind) in enumerate(known, 1)], found.of_series)


def _view(ctx: PageContext, number: int, task: pb.VisitTask, kind: VisitTaskKind) -> TaskView:
    is_medicine = kind is VisitTaskKind.MEDICINES
    offered = _OF_MEDICINE if is_medicine else _OF_OTHERS
    choices = [_choice(ctx, outcome) for outcome in offered]
    return TaskView(task.task_id, number, ctx.say(f"visit_task.{kind.value}"), task.words, PICTURES[kind], is_medicine, choices)


def _choice(ctx: PageContext, outcome: TaskOutcomeKind) -> OutcomeChoice:
    needs = "time" if outcome is TaskOutcomeKind.TAKEN else "reason" if outcome in _ASKS_WHY else ""
    drawing = {"yes": "tick", "no": "cross"}.get(_SIGNS.get(outcome, ""), "pause")
    return OutcomeChoice(outcome.value, ctx.say(f"task_outcome.{outcome.value}"), drawing, needs, outcome in _MAY_SAY_WHY)


def said_outcomes(field: Callable[[str], str], day: str, start: int) -> list[records.TaskOutcome]:
    """What somebody answered of each task in a form. Times are of the day on which the visit began, or of the night after it."""
    return [
        _said(field, number, outcome, day, start)
        for number in range(1, MOST + 1)
        if field(f"task-{number}") and (outcome := TaskOutcomeKind.__members__.get(field(f"outcome-{number}").upper()))
    ]


def _said(field: Callable[[str], str], number: int, outcome: TaskOutcomeKind, day: str, start: int) -> records.TaskOutcome:
    reason = field(f"reason-{number}") if outcome in _MAY_SAY_WHY else ""
    kind = to_wire(records.TaskOutcomeKind, outcome)
    said = records.TaskOutcome(task_id=field(f"task-{number}"), outcome=kind, reason=reason)
    if outcome in _OF_MEDICINE and (typed := field(f"at-{number}")):
        minute, known = minute_of_day(typed), read_day(day)
        if known and 0 <= minute < start and known < date.max:
            day = (known + timedelta(days=1)).isoformat()
        said.at.CopyFrom(records.LocalMoment(day=day, minute=minute))
    return said


def fields_of(ctx: PageContext, to_do: ToDo, said: Iterable[records.RecordedTask]) -> dict[str, str]:
    """What was said before, as fields of the form; of a task of which nothing was said, nothing is chosen."""
    by_task, fields = {one.task_id: one for one in said}, {LIST: to_do.list_id}
    for task in to_do.tasks:
        one = by_task.get(task.id)
        word = known_word(records.TaskOutcomeKind, TaskOutcomeKind, one.outcome, None) if one else None
        if one is None or word is None:
            continue
        at = f"{utc_datetime(one.at).astimezone(ctx.state.co_op.zone):%H:%M}" if one.HasField("at") else ""
        fields |= {f"outcome-{task.number}": word.value, f"reason-{task.number}": one.reason, f"at-{task.number}": at}
    return fields


def done_tasks(ctx: PageContext, said: Iterable[records.RecordedTask]) -> list[DoneTask]:
    """In the order of the list. What only a newer version knows is left out."""
    done = []
    for one in said:
        kind = known_word(pb.VisitTaskKind, VisitTaskKind, one.kind, None)
        outcome = known_word(records.TaskOutcomeKind, TaskOutcomeKind, one.outcome, None)
        if kind and outcome:
            says = ctx.say(f"task_outcome.{outcome.value}")
            if one.HasField("at"):
                at = dates.format_hour(utc_datetime(one.at), ctx.state.co_op.zone)
                says = ctx.say("task_said.at", outcome=says, at=at)
            done.append(DoneTask(ctx.say(f"visit_task.{kind.value}"), one.words, says, one.reason, _SIGNS.get(outcome, "calm")))
    return done
