"""`kith data-requests`: who asked for all that is held about them or to be erased, until when they must be answered, and erasing them."""

from datetime import date
from typing import Annotated

import typer

from scripts.cli.actions import CommandGroup, JsonResult, TextResult
from scripts.cli.lazy_imports import lazy_imports
from scripts.cli.wording import plural

with lazy_imports():
    from kith.identity.v1 import data_requests_pb2 as pb
    from scripts.cli import connection, register_lookup

data_requests_app = CommandGroup("Requests of people for all that is held about them, or to be erased: the law gives one month.")
_PersonArgument = Annotated[str, typer.Argument(help="A member number, or a person's id.")]


@data_requests_app.action("list")
async def list_command(co_op: "connection.Connection") -> JsonResult:
    """List the requests that wait for an answer, the most urgent first, with the days that are left."""
    requests = await co_op.list_as_secretary(
        co_op.data_requests.ListDataRequests, pb.ListDataRequestsRequest(), lambda page: page.data_requests
    )
    today = co_op.now().astimezone(connection.CO_OP_ZONE.get()).date()
    rows = [(request, (date.fromisoformat(request.due_day) - today).days) for request in requests]
    lines = (
        f"{request.data_request_id}  {request.person_id}  due {request.due_day}  {_left(days)}  {_kind(request)}" for request, days in rows
    )
    data = [
        {
            "data_request_id": request.data_request_id,
            "person_id": request.person_id,
            "due_day": request.due_day,
            "days_left": days,
            "kind": _kind(request),
        }
        for request, days in rows
    ]
    return JsonResult(lines, [f"{plural(len(rows), 'request waits', 'requests wait')}."], data={"data_requests": data})


@data_requests_app.action("ask")
async def ask_command(co_op: "connection.Connection", person: _PersonArgument) -> TextResult:
    """Write down that a person asked by letter or phone. They hear of it."""
    person_id = await register_lookup.find_person(co_op, person)
    response = await co_op.as_secretary(co_op.data_requests.AskForData, pb.AskForDataRequest(person_id=str(person_id)))
    return TextResult(response.data_request_id, [f"To be answered by {response.due_day}."])


@data_requests_app.action("answer")
async def answer_command(
    co_op: "connection.Connection",
    request: Annotated[str, typer.Argument(help="The id of the request, as kith data-requests list shows it.")],
    answer: Annotated[str, typer.Option(help="How the person got their data, or why they did not. They can read it.")],
) -> TextResult:
    """Write down how a person was answered."""
    await co_op.as_secretary(co_op.data_requests.AnswerDataRequest, pb.AnswerDataRequestRequest(data_request_id=request, answer=answer))
    return TextResult(notes=["It is written down, and they hear of it."])


@data_requests_app.action("ask-erasure")
async def ask_erasure_command(co_op: "connection.Connection", person: _PersonArgument) -> TextResult:
    """Write down that a person asked by letter or phone to be erased. They hear of it."""
    person_id = await register_lookup.find_person(co_op, person)
    response = await co_op.as_secretary(co_op.data_requests.AskForErasure, pb.AskForErasureRequest(person_id=str(person_id)))
    return TextResult(response.data_request_id, [f"To be answered by {response.due_day}."])


@data_requests_app.action("erase")
async def erase_command(
    co_op: "connection.Connection",
    request: Annotated[str, typer.Argument(help="The id of the request, as kith data-requests list shows it.")],
    answer: Annotated[str, typer.Option(help="How the person was told what goes and what stays.")],
) -> TextResult:
    """Erase the person who asked for it. It cannot be undone."""
    response = await co_op.as_secretary(co_op.data_requests.ErasePerson, pb.ErasePersonRequest(data_request_id=request, answer=answer))
    return TextResult(response.erasure_id, ["It is decided. kith data-requests erasures shows how far it is."])


@data_requests_app.action("erasures")
async def erasures_command(co_op: "connection.Connection") -> JsonResult:
    """List who was erased, the latest first, and which services have done their part."""
    erasures = await co_op.list_as_secretary(co_op.data_requests.ListErasures, pb.ListErasuresRequest(), lambda page: page.erasures)
    data = [
        {
            "erasure_id": erasure.erasure_id,
            "person_id": erasure.person_id,
            "finished": erasure.HasField("finished_at"),
            "confirmed": [part.service for part in erasure.parts],
        }
        for erasure in erasures
    ]
    lines = (
        f"{erasure.erasure_id}  {erasure.person_id}  {'finished' if erasure.HasField('finished_at') else 'goes on'}  "
        f"{' '.join(part.service for part in erasure.parts)}"
        for erasure in erasures
    )
    return JsonResult(lines, [f"{plural(len(data), 'person was', 'persons were')} erased."], data={"erasures": data})


def _kind(request: "pb.DataRequest") -> str:
    return "erasure" if request.kind == pb.DATA_REQUEST_KIND_ERASURE else "data"


def _left(days: int) -> str:
    return f"{plural(days, 'day', 'days')} left" if days >= 0 else f"{plural(-days, 'day', 'days')} late"
