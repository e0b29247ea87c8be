"""Erasing a person who asked for it, and the report of what was done, which a secretary prints for them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup
from starlette.responses import Response

from kith.identity.v1 import data_requests_pb2 as pb
from kith.person.v1 import person_rights_pb2 as rights
from kith.person.v1.enums import ErasureWaitsFor
from libs.refusals import NotFound, Unavailable
from libs.rpc.enums import known_word
from services.topology import PERSON_SERVICES
from services.web.page_context import PageContext, utc_datetime
from services.web.pages import erasure_view
from services.web.pages.form_page import Fields, FormPage
from services.web.pages.paging import fetch_all

_LISTED = 50


async def show(ctx: PageContext) -> Response:
    """Who was erased, the latest first, and how far it is."""
    request = pb.ListErasuresRequest(page_size=_LISTED, page_token=ctx.query_param("page"))
    response: pb.ListErasuresResponse = await ctx.call(ctx.state.services.data_requests.ListErasures, request)
    names = await ctx.person_names(erasure.person_id for erasure in response.erasures)
    reasons = await _fetch_reasons(ctx, response.erasures)
    erasures = [_summary(ctx, erasure, names[erasure.person_id].full, reasons) for erasure in response.erasures]
    return ctx.render("erasure/list", erasures=erasures, more=ctx.next_page(response.next_page_token))


async def show_report(ctx: PageContext) -> Response:
    """What went and what stays, to print for the person."""
    method = ctx.state.services.data_requests.ListErasures
    erasures = await fetch_all(ctx, method, pb.ListErasuresRequest(), lambda response: response.erasures)
    erasure = next((row for row in erasures if row.erasure_id == ctx.path_param("erasure")), None)
    if erasure is None:
        raise NotFound("DATA_REQUEST_UNKNOWN")
    names = await ctx.person_names([erasure.person_id])
    view = await erasure_view.describe_done(
        ctx,
        (kind for part in erasure.parts for kind in part.deleted_kinds),
        (kind for part in erasure.parts for kind in (*part.blanked_kinds, *part.kept_kinds)),
    )
    summary = _summary(ctx, erasure, names[erasure.person_id].full, await _fetch_reasons(ctx, [erasure]))
    return ctx.render("erasure/report", erasure=summary, gone=view.gone, kept=view.kept)


def _unconfirmed(erasure: pb.Erasure) -> list[str]:
    """The services that have not said that it is done."""
    confirmed = {part.service for part in erasure.parts}
    return [service for service in PERSON_SERVICES if service not in confirmed]


async def _fetch_reasons(ctx: PageContext, erasures: Iterable[pb.Erasure]) -> Mapping[str, Sequence[Markup]]:
    """By erasure, why services that have not done it have to wait, as each of them says; without those that do not answer now."""
    reasons: defaultdict[str, list[Markup]] = defaultdict(list)
    for service in dict.fromkeys(service for erasure in erasures for service in _unconfirmed(erasure)):
        method = ctx.state.services.person_rights[service].ListErasureWaits
        try:
            response: rights.ListErasureWaitsResponse = await ctx.call(method, rights.ListErasureWaitsRequest())
        except Unavailable:
            continue
        for wait in response.waits:
            waits_for = known_word(rights.ErasureWaitsFor, ErasureWaitsFor, wait.waits_for, None)
            if waits_for is not None:
                reasons[wait.erasure_id].append(ctx.say(f"erasure.waits_for.{waits_for}", part=ctx.say(f"erasure.part_{service}")))
    return reasons


def _summary(ctx: PageContext, erasure: pb.Erasure, name: str, reasons: Mapping[str, Sequence[Markup]]) -> Mapping[str, object]:
    waits = [str(ctx.say(f"erasure.part_{service}")) for service in _unconfirmed(erasure)]
    done = erasure.HasField("finished_at")
    return {
        "id": erasure.erasure_id,
        "name": name,
        "decided": ctx.format_moment(utc_datetime(erasure.decided_at)),
        "finished": ctx.format_moment(utc_datetime(erasure.finished_at)) if done else "",
        "waits": ", ".join(waits),
        "reasons": reasons.get(erasure.erasure_id, ()),
    }


async def _show_request(ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    method = ctx.state.services.data_requests.ListDataRequests
    requests = await fetch_all(ctx, method, pb.ListDataRequestsRequest(), lambda response: response.data_requests)
    wanted = ctx.path_param("request")
    request = next((row for row in requests if row.data_request_id == wanted), None)
    if request is None or request.kind != pb.DATA_REQUEST_KIND_ERASURE:
        raise NotFound("DATA_REQUEST_UNKNOWN")
    name = (await ctx.person_names([request.person_id]))[request.person_id].full
    return {"name": name, **erasure_view.values(await erasure_view.describe(ctx))}


async def _erase(ctx: PageContext, fields: Fields, request_id: str) -> str:
    request = pb.ErasePersonRequest(request_id=request_id, data_request_id=ctx.path_param("request"), answer=fields["answer"])
    response: pb.ErasePersonResponse = await ctx.call(ctx.state.services.data_requests.ErasePerson, request)
    return f"/erasures/{response.erasure_id}"


ERASE = FormPage("erasure-decide", "erasure/decide", _show_request, _erase, fields=("answer",), input_by_field={"answer": "answer"})
