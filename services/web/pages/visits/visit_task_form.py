"""The person says what is to be done at a visit, or at all visits of a series: for each kind, one thing a line."""

from collections.abc import Mapping

from kith.scheduling.v1 import visit_series_pb2 as series
from kith.scheduling.v1 import visit_tasks_pb2 as pb
from kith.scheduling.v1 import visits_pb2 as visits
from kith.scheduling.v1.enums import VisitTaskKind
from libs.rpc.enums import known_word, to_wire
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage
from services.web.pages.visits.task_words import PICTURES

_KINDS = tuple(VisitTaskKind)
_FIELDS = tuple(kind.value for kind in _KINDS)
_SHOWN, _IS_SHOWN = "list", "shown"
_INPUTS = {"tasks": _FIELDS[0], **{f"tasks.{kind}": kind for kind in _FIELDS}}


async def _values_of_visit(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    request = visits.GetVisitRequest(visit_id=ctx.path_param("visit"))
    found: visits.GetVisitResponse = await ctx.call(ctx.state.services.visits.GetVisit, request)
    at = f"/visits/{found.visit.visit_id}"
    tasks = pb.GetVisitTasksRequest(visit_id=found.visit.visit_id)
    return {
        "at": at,
        "is_series": False,
        "of_series": bool(found.visit.series_id),
        **await _values(ctx, fields, tasks, found.visit.person_id),
    }


async def _values_of_series(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    request = series.GetSeriesRequest(series_id=ctx.path_param("series"))
    found: series.GetSeriesResponse = await ctx.call(ctx.state.services.visit_series.GetSeries, request)
    at = f"/visits/series/{found.series.series_id}"
    tasks = pb.GetVisitTasksRequest(series_id=found.series.series_id)
    return {"at": at, "is_series": True, "of_series": False, **await _values(ctx, fields, tasks, found.series.person_id)}


async def _values(ctx: PageContext, fields: Fields, request: pb.GetVisitTasksRequest, person: str) -> Mapping[str, object]:
    """Filled in with the list that holds; what was typed stays as it was typed."""
    names = await ctx.person_names([person])
    shown = fields
    if not fields[_IS_SHOWN]:
        found: pb.GetVisitTasksResponse = await ctx.call(ctx.state.services.visit_tasks.GetVisitTasks, request)
        lines: dict[str, list[str]] = {kind: [] for kind in _FIELDS}
        for task in found.tasks:
            if word := known_word(pb.VisitTaskKind, VisitTaskKind, task.kind, None):
                lines[word.value].append(task.words)
        shown = {kind: "\n".join(texts) for kind, texts in lines.items()} | {_SHOWN: found.list_id, _IS_SHOWN: "yes"}
    return {"fields": shown, "name": names[person].full, "kinds": [{"name": kind.value, "picture": PICTURES[kind]} for kind in _KINDS]}


def _new_tasks(fields: Fields) -> list[pb.NewVisitTask]:
    return [
        pb.NewVisitTask(kind=to_wire(pb.VisitTaskKind, kind), words=line)
        for kind in _KINDS
        for line in fields[kind.value].splitlines()
        if line.strip()
    ]


async def _set_of_visit(ctx: PageContext, fields: Fields, request_id: str) -> str:
    visit = ctx.path_param("visit")
    request = pb.SetVisitTasksRequest(request_id=request_id, visit_id=visit, shown_list_id=fields[_SHOWN], tasks=_new_tasks(fields))
    await ctx.call(ctx.state.services.visit_tasks.SetVisitTasks, request)
    return f"/visits/{visit}?done=tasks"


async def _set_of_series(ctx: PageContext, fields: Fields, request_id: str) -> str:
    of = ctx.path_param("series")
    request = pb.SetVisitTasksRequest(request_id=request_id, series_id=of, shown_list_id=fields[_SHOWN], tasks=_new_tasks(fields))
    await ctx.call(ctx.state.services.visit_tasks.SetVisitTasks, request)
    return f"/visits/series/{of}?done=tasks"


OF_VISIT = FormPage(
    "visit-tasks",
    "visits/tasks",
    _values_of_visit,
    _set_of_visit,
    fields=(*_FIELDS, _SHOWN, _IS_SHOWN),
    input_by_field=_INPUTS,
    max_body=64_000,
)
OF_SERIES = FormPage(
    "series-tasks",
    "visits/tasks",
    _values_of_series,
    _set_of_series,
    fields=(*_FIELDS, _SHOWN, _IS_SHOWN),
    input_by_field=_INPUTS,
    max_body=64_000,
)
