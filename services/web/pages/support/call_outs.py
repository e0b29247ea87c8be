"""Call-outs: what somebody openly says that they look for, and what others look for."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from kith.matching.v1 import call_outs_pb2 as pb
from services.web.http.forms import Form
from services.web.page import Access, Page
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage, form_page

PATH = "/people/call-outs"
END = "call-out-end"
_LONG_BODY = 32 * 1024
"""2,000 letters, nine bytes each once they are in a form."""


@dataclass(frozen=True)
class CallOutView:
    """One call-out, with its last day in words."""

    id: str
    person_id: str
    name: str
    words: str
    until: str
    known: bool


async def show(ctx: PageContext) -> Response:
    """One's own, and, unless somebody acts for another, those of other members."""
    services = ctx.state.services.call_outs
    own: pb.GetCallOutsResponse = await ctx.call(services.GetCallOuts, pb.GetCallOutsRequest(person_id=ctx.subject_id))
    others = pb.FindCallOutsResponse() if ctx.acting else await ctx.call(services.FindCallOuts, pb.FindCallOutsRequest())
    names = await ctx.person_names(one.person_id for one in others.call_outs)
    return ctx.render(
        "support/call_outs",
        own=[_view(ctx, one, "") for one in own.call_outs],
        others=[_view(ctx, one, names[one.person_id].full) for one in others.call_outs],
        worker=ctx.person_id,
        done=ctx.query_param("done") if ctx.query_param("done") in {"written", "ended"} else "",
    )


async def end(ctx: PageContext, form: Form) -> Response:
    """Take down one's own."""
    request = pb.EndCallOutRequest(request_id=form.request_id, call_out_id=form.text("call_out"))
    await ctx.call(ctx.state.services.call_outs.EndCallOut, request)
    return ctx.redirect(f"{PATH}?done=ended")


def _view(ctx: PageContext, one: pb.CallOut, name: str) -> CallOutView:
    return CallOutView(one.call_out_id, one.person_id, name, one.words, ctx.format_day(one.until_day), one.known)


async def _values(_ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    return {}


async def _write(ctx: PageContext, fields: Fields, request_id: str) -> str:
    request = pb.WriteCallOutRequest(
        request_id=request_id,
        person_id=ctx.subject_id,
        words=fields["words"],
        until_day=fields["until_day"],
        others_agreed=fields["others_agreed"] == "on",
    )
    await ctx.call(ctx.state.services.call_outs.WriteCallOut, request)
    return f"{PATH}?done=written"


WRITE = FormPage(
    "call-out",
    "support/call_out",
    _values,
    _write,
    fields=("words", "until_day", "others_agreed"),
    input_by_field={"words": "words", "until_day": "until_day", "others_agreed": "others_agreed"},
    max_body=_LONG_BODY,
)
PAGE = Page(PATH, show, end, END, acting=True)
WRITE_PAGE = form_page(f"{PATH}/new", WRITE, Access.MEMBER, acting=True)
