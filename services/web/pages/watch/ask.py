"""A secretary asks somebody to hold the watch: whom, who is told before them, and from when until when."""

from collections.abc import Mapping

from kith.scheduling.v1 import watch_pb2 as pb
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage, choices, form_page, require
from services.web.pages.people_search import find_members

_RANKS = ("1", "2", "3", "4", "5")


async def _values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    typed = ctx.query_param("q") or fields["q"]
    found, problem = await find_members(ctx, typed, with_oneself=True)
    return {
        "typed": typed,
        "found": found,
        "search_problem": problem,
        "ranks": choices(ctx, "watch_rank", _RANKS),
        "days": ctx.day_choices(0, 1),
    }


async def _ask(ctx: PageContext, fields: Fields, request_id: str) -> str:
    missing = [] if fields["who"] else [ctx.form_problem("who", "team.who_missing")]
    require(missing + ([] if fields["rank"] in _RANKS else [ctx.form_problem("rank", "watch.rank_missing")]))
    request = pb.AskWatchHolderRequest(
        request_id=request_id,
        person_id=fields["who"],
        rank=int(fields["rank"]),
        first_day=fields["first_day"],
        last_day=fields["last_day"],
    )
    await ctx.call(ctx.state.services.watch.AskWatchHolder, request)
    return "/watch?done=asked"


ASK = FormPage(
    "watch-ask",
    "watch/ask",
    _values,
    _ask,
    fields=("who", "rank", "first_day", "last_day", "q"),
    input_by_field={"person_id": "who", "rank": "rank", "first_day": "first_day", "last_day": "last_day"},
)
PAGE = form_page("/watch/ask", ASK)
