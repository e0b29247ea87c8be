"""Requests of people for all that is held about them, with the days that are left, and answering them."""

from collections.abc import Mapping, Sequence
from datetime import date

from markupsafe import Markup
from starlette.responses import Response

from kith.identity.v1 import data_requests_pb2 as pb
from libs.refusals import NotSignedIn, Refusal
from services.web import form_keeping
from services.web.http.forms import Form
from services.web.page_context import FormProblem, PageContext, utc_datetime

ANSWER = "data-request-answer"
_PAGE_SIZE = 50


async def show(ctx: PageContext) -> Response:
    """The requests that wait, the most urgent first."""
    return await _list_page(ctx, await form_keeping.load_unsent(ctx, ANSWER))


async def answer(ctx: PageContext, form: Form) -> Response:
    """Write down how a person got their data, or why not. What was typed stays on the page until it is taken."""
    request = pb.AnswerDataRequestRequest(
        request_id=form.request_id, data_request_id=form.text("data_request_id"), answer=form.text("answer")
    )
    try:
        await ctx.call(ctx.state.services.data_requests.AnswerDataRequest, request)
    except NotSignedIn:
        raise
    except Refusal as refusal:
        return await _list_page(ctx, form.fields, ctx.form_problems(refusal, {"answer": f"answer-{request.data_request_id}"}))
    return ctx.redirect(f"{ctx.request_path}?done=answered")


async def _list_page(ctx: PageContext, typed: Mapping[str, str], problems: Sequence[FormProblem] = ()) -> Response:
    """`typed` has the answer that was typed, and for which request."""
    request = pb.ListDataRequestsRequest(page_size=_PAGE_SIZE, page_token=ctx.query_param("page"))
    response: pb.ListDataRequestsResponse = await ctx.call(ctx.state.services.data_requests.ListDataRequests, request)
    names = await ctx.person_names(item.person_id for item in response.data_requests)
    return ctx.render(
        "data_requests",
        422 if problems else 200,
        problems=problems,
        typed=typed,
        done=ctx.query_param("done") == "answered",
        requests=[
            {
                "id": item.data_request_id,
                "is_erasure": item.kind == pb.DATA_REQUEST_KIND_ERASURE,
                "name": names[item.person_id].full,
                "asked": ctx.format_moment(utc_datetime(item.asked_at)),
                "due": ctx.format_day(item.due_day),
                "left": _days_left(ctx, item.due_day),
                "late": date.fromisoformat(item.due_day) < ctx.local_day(),
            }
            for item in response.data_requests
        ],
        more=ctx.next_page(response.next_page_token),
    )


def _days_left(ctx: PageContext, due_day: str) -> Markup:
    days = (date.fromisoformat(due_day) - ctx.local_day()).days
    return ctx.say("data_requests.left", days) if days >= 0 else ctx.say("data_requests.late", -days)
