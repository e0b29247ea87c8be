"""Asking to be erased, or asking it for somebody: first what goes and what stays, then one button."""

from collections.abc import Mapping

from kith.identity.v1 import data_requests_pb2 as pb
from services.web.page_context import PageContext
from services.web.pages import erasure_view
from services.web.pages.form_page import Fields, FormPage


async def _show(ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    return erasure_view.values(await erasure_view.describe(ctx))


async def _ask(ctx: PageContext, _fields: Fields, request_id: str) -> str:
    request = pb.AskForErasureRequest(request_id=request_id, person_id=ctx.subject_id)
    await ctx.call(ctx.state.services.data_requests.AskForErasure, request)
    return "/you/data?done=asked"


ASK = FormPage("erasure-ask", "erasure/ask", _show, _ask)
