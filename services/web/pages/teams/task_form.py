"""The owner of a team gives somebody a kind of task, for which the rulebook asks for papers."""

from collections.abc import Mapping

from kith.matching.v1 import tasks_pb2 as pb
from kith.matching.v1.enums import TaskKind
from libs.rpc.enums import to_wire
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage, choices, require
from services.web.pages.qualification_view import kinds_in_words


async def _values(ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    person = ctx.path_param("person")
    return {"name": (await ctx.person_names([person]))[person].full, "tasks": choices(ctx, "team_task", tuple(TaskKind))}


async def _assign(ctx: PageContext, fields: Fields, request_id: str) -> str:
    require([] if fields["task"] in tuple(TaskKind) else [ctx.refusal_problem("task", "TASK_KIND_MISSING")])
    request = pb.AssignTaskRequest(
        request_id=request_id,
        team_id=ctx.path_param("team"),
        person_id=ctx.path_param("person"),
        kind=to_wire(pb.TaskKind, TaskKind(fields["task"])),
    )
    async with kinds_in_words(ctx):
        await ctx.call(ctx.state.services.tasks.AssignTask, request)
    return "/team?done=assigned"


ASSIGN = FormPage(
    "team-task", "teams/assign_task", _values, _assign, fields=("task",), input_by_field={"kind": "task"}, whole_form_input="task"
)
