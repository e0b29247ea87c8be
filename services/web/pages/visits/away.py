"""A worker says when they are away, and that they are back. Nobody is asked why, and nothing here asks for it."""

from collections.abc import Mapping
from datetime import timedelta

from starlette.responses import Response

from kith.scheduling.v1 import worker_weeks_pb2 as pb
from services.web.http.forms import Form
from services.web.page import Access, Page
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.form_page import Fields, FormPage, form_page, require

_CHANGE = "away"
_DONE = ("away", "back")


async def show(ctx: PageContext) -> Response:
    """What they have said, and the two ways to say so at once: for today, or until they say that they are back."""
    response: pb.ListAwayResponse = await ctx.call(ctx.state.services.worker_weeks.ListAway, pb.ListAwayRequest())
    return ctx.render(
        "visits/away",
        times=[{"id": away.away_id, "words": _words(ctx, away)} for away in response.away],
        done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    )


async def change(ctx: PageContext, form: Form) -> Response:
    """Away from now on, or back."""
    services, today = ctx.state.services.worker_weeks, ctx.local_day().isoformat()
    if form.text("back"):
        await ctx.call(services.EndAway, pb.EndAwayRequest(request_id=form.request_id, away_id=form.text("back")))
        return ctx.redirect("/week/away?done=back")
    last_day = {"today": today, "open": ""}.get(form.text("do"))
    if last_day is None:
        return ctx.redirect("/week/away")
    await ctx.call(services.SayAway, pb.SayAwayRequest(request_id=form.request_id, last_day=last_day))
    return ctx.redirect("/week/away?done=away")


async def _days(ctx: PageContext, _: Fields) -> Mapping[str, object]:
    return {"days": ctx.day_choices(0, 1)}


async def _say(ctx: PageContext, fields: Fields, request_id: str) -> str:
    require([ctx.refusal_problem(name, "DATE_MALFORMED") for name in ("first_day", "last_day") if not fields[name]])
    request = pb.SayAwayRequest(request_id=request_id, first_day=fields["first_day"], last_day=fields["last_day"])
    await ctx.call(ctx.state.services.worker_weeks.SayAway, request)
    return "/week/away?done=away"


def _words(ctx: PageContext, away: pb.Away) -> str:
    """By days: it ends as the day after the last one begins."""
    first = ctx.local_day(utc_datetime(away.begins_at))
    if not away.HasField("ends_at"):
        return str(ctx.say("away.from", first=ctx.format_day(first.isoformat())))
    last = ctx.local_day(utc_datetime(away.ends_at)) - timedelta(days=1)
    words = {"first": ctx.format_day(first.isoformat()), "last": ctx.format_day(last.isoformat())}
    return str(ctx.say("away.span", **words) if first < last else ctx.say("away.one_day", first=words["first"]))


DAYS = FormPage(
    "away-days",
    "visits/away_days",
    _days,
    _say,
    fields=("first_day", "last_day"),
    input_by_field={"first_day": "first_day", "last_day": "last_day"},
)
PAGES = (Page("/week/away", show, change, _CHANGE), form_page("/week/away/days", DAYS, Access.MEMBER))
