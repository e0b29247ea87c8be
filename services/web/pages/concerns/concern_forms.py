"""Forms of what is wrong between two: say it, name somebody to be beside them, write something, and what both could agree on."""

from collections.abc import Mapping

from kith.matching.v1 import concerns_pb2 as pb
from services.web.page import Access
from services.web.page_context import PageContext
from services.web.pages.concerns.concern_page import ONE
from services.web.pages.concerns.concern_views import PATH, fetch_concern
from services.web.pages.form_page import Fields, FormPage, choices, form_page, require
from services.web.pages.people_search import find_members

_LONG_BODY = 64 * 1024
"""5,000 letters, nine bytes each once they are in a form."""
_HOW = ("talk", "beside")


async def _raise_values(ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    other = ctx.path_param("person")
    return {"name": (await ctx.person_names([other]))[other].full, "ways": choices(ctx, "concern_how", _HOW)}


async def _raise(ctx: PageContext, fields: Fields, request_id: str) -> str:
    require([] if fields["how"] in _HOW else [ctx.form_problem("how", "concern.how_missing")])
    request = pb.RaiseConcernRequest(
        request_id=request_id,
        team_id=ctx.path_param("team"),
        person_id=ctx.path_param("person"),
        facilitated=fields["how"] == "beside",
        words=fields["words"],
    )
    raised: pb.RaiseConcernResponse = await ctx.call(ctx.state.services.concerns.RaiseConcern, request)
    return f"{PATH}/{raised.concern_id}?done=raised"


async def _name_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    concern, _, links = await fetch_concern(ctx)
    typed = ctx.query_param("q") or fields["q"]
    matches, problem = await find_members(ctx, typed)
    people = {one["value"]: one for one in (*links, *matches)}
    return {"concern": concern, "typed": typed, "people": list(people.values()), "found": matches, "search_problem": problem}


async def _name(ctx: PageContext, fields: Fields, request_id: str) -> str:
    require([] if fields["who"] else [ctx.form_problem("who", "concern.who_missing")])
    concern = ctx.path_param("concern")
    request = pb.NameFacilitatorRequest(request_id=request_id, concern_id=concern, person_id=fields["who"])
    named: pb.NameFacilitatorResponse = await ctx.call(ctx.state.services.concerns.NameFacilitator, request)
    return f"{PATH}/{concern}?done={'asked' if named.both else 'named'}"


async def _concern_values(ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    concern, _, _ = await fetch_concern(ctx)
    return {"concern": concern, "readers": choices(ctx, "concern_for", ("all", "alone"))}


async def _write(ctx: PageContext, fields: Fields, request_id: str) -> str:
    concern = ctx.path_param("concern")
    request = pb.WriteConcernNoteRequest(
        request_id=request_id, concern_id=concern, words=fields["words"], for_facilitator=fields["reader"] == "alone"
    )
    await ctx.call(ctx.state.services.concerns.WriteConcernNote, request)
    return f"{PATH}/{concern}?done=written"


async def _propose(ctx: PageContext, fields: Fields, request_id: str) -> str:
    concern = ctx.path_param("concern")
    request = pb.ProposeRepairRequest(request_id=request_id, concern_id=concern, words=fields["words"], look_back_on=fields["look_back_on"])
    await ctx.call(ctx.state.services.concerns.ProposeRepair, request)
    return f"{PATH}/{concern}?done=proposed"


RAISE = FormPage(
    "concern-raise",
    "concerns/raise",
    _raise_values,
    _raise,
    fields=("how", "words"),
    input_by_field={"words": "words"},
    max_body=_LONG_BODY,
)
NAME = FormPage("concern-name", "concerns/name", _name_values, _name, fields=("who", "q"), input_by_field={"person_id": "who"})
WRITE = FormPage(
    "concern-write",
    "concerns/write",
    _concern_values,
    _write,
    fields=("words", "reader"),
    input_by_field={"words": "words"},
    max_body=_LONG_BODY,
)
PROPOSE = FormPage(
    "concern-propose",
    "concerns/propose",
    _concern_values,
    _propose,
    fields=("words", "look_back_on"),
    input_by_field={"words": "words", "look_back_on": "look_back_on"},
    max_body=_LONG_BODY,
)
RAISE_PAGE = form_page("/team/{team:uuid}/concern/{person:uuid}", RAISE, Access.MEMBER, acting=True)
NAME_PAGE = form_page(f"{ONE}/beside", NAME, Access.MEMBER, acting=True)
WRITE_PAGE = form_page(f"{ONE}/write", WRITE, Access.MEMBER, acting=True)
PROPOSE_PAGE = form_page(f"{ONE}/agree", PROPOSE, Access.MEMBER, acting=True)
