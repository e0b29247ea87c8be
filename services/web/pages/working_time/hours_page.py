"""How long somebody works: for them, with what they say of it, and for a secretary.

Everything on the page is the answer of scheduling to one question; its file has `kith hours` say the same.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from markupsafe import Markup
from starlette.responses import Response

from kith.scheduling.v1 import working_time_pb2 as pb
from services.web.drawings.week_bars import WeekColumn, week_columns
from services.web.http.forms import Form
from services.web.localisation.dates import format_month, format_short_day
from services.web.page import Access, Page
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage, form_page
from services.web.pages.working_time.hours_words import breach_words, hours_words, opt_out_words, short_hours, with_reason_words

_END = "opt-out-end"
_DONE = ("said", "ended", "never")
_KINDS = {"employed": "for", "self_employed": "against", "volunteer": "abstained"}
"""How somebody works, and the pattern of the drawing for it."""
_YES = "yes"
_DAYS = 7
_KEPT_TOGETHER = "\N{NO-BREAK SPACE}"


async def _values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    return await _page(ctx) | {
        "days": ctx.day_choices(0, 1),
        "adult": [{"value": _YES, "text": ctx.say("opt_out.adult"), "hint": ""}],
        "is_adult": fields["is_adult"],
        "done": ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    }


async def _say(ctx: PageContext, fields: Fields, request_id: str) -> str:
    request = pb.SayOptOutRequest(request_id=request_id, first_day=fields["first_day"], is_adult=fields["is_adult"] == _YES)
    await ctx.call(ctx.state.services.working_time.SayOptOut, request)
    return "/week/hours?done=said"


async def end(ctx: PageContext, form: Form) -> Response:
    """The average week binds them again, after the notice."""
    request = pb.EndOptOutRequest(request_id=form.request_id, opt_out_id=form.text("opt_out"))
    ended: pb.EndOptOutResponse = await ctx.call(ctx.state.services.working_time.EndOptOut, request)
    return ctx.redirect(f"/week/hours?done={'ended' if ended.last_day else 'never'}")


async def show(ctx: PageContext) -> Response:
    """For a secretary."""
    return ctx.render("working_time/hours", done="", **await _page(ctx))


async def download(ctx: PageContext) -> Response:
    """The file from which `kith hours` recomputes the page."""
    return ctx.file_response((await _fetch(ctx)).file.encode(), "working-time.json", "application/json")


async def _fetch(ctx: PageContext) -> pb.GetWorkingTimeResponse:
    request = pb.GetWorkingTimeRequest(worker_id=_worker(ctx))
    found: pb.GetWorkingTimeResponse = await ctx.call(ctx.state.services.working_time.GetWorkingTime, request)
    return found


async def _page(ctx: PageContext) -> dict[str, Any]:  # what the template is given
    found, worker, own = await _fetch(ctx), _worker(ctx), "person" not in ctx.request.path_params
    counted, most = found.averaged_weeks, hours_words(ctx, found.average_week_minutes)
    # Rounded up: what is above the most by a second never looks like the most.
    average = hours_words(ctx, -(-found.worked_minutes // counted))
    says = ctx.say("hours.average" if found.is_bound else "hours.not_bound", counted, average=average, most=most)
    shown = [name for name in _KINDS if any(_minutes(week)[name] for week in found.weeks)] or ["employed"]
    columns = [WeekColumn(_label(week), [(_KINDS[name], _minutes(week)[name]) for name in _KINDS]) for week in found.weeks]
    drawing = week_columns(
        str(ctx.say("hours.drawing")), str(says), columns, counted, found.average_week_minutes, str(ctx.say("hours.most", most=most))
    )
    return {
        "own": own,
        "worker": worker,
        "name": (await ctx.person_names([worker]))[worker].full,
        "says": says,
        "in_force": [opt_out_words(ctx, each) for each in found.opt_outs if _in_force(each, ctx.local_day().isoformat())],
        "drawing": drawing,
        "kinds": [(_KINDS[name], ctx.say(f"engagement_kind.{name}")) for name in shown],
        "columns": [_column(ctx.say("hours.week"))]
        + [_column(ctx.say(f"engagement_kind.{name}"), number=True) for name in shown]
        + [_column(ctx.say("hours.planned"), number=True)],
        "rows": [_row(ctx, week, shown) for week in reversed(found.weeks)],
        "breaches": [words for words in (breach_words(ctx, breach) for breach in found.breaches) if words],
        "with_reason": await with_reason_words(ctx, found.with_reason),
        "opt_outs": [{"id": each.opt_out_id, "words": opt_out_words(ctx, each), "goes_on": not each.last_day} for each in found.opt_outs],
        "is_bound": found.is_bound,
        "may_opt_out": found.may_opt_out and found.is_bound,
        "notice": found.opt_out_notice_days,
    }


def _worker(ctx: PageContext) -> str:
    """The one in the address, or who looks at their own."""
    return str(ctx.request.path_params.get("person", ctx.person_id))


def _in_force(opt_out: pb.OptOut, today: str) -> bool:
    return opt_out.first_day <= today and (not opt_out.last_day or today <= opt_out.last_day)


def _minutes(week: pb.WorkedWeek) -> Mapping[str, int]:
    return {"employed": week.employed_minutes, "self_employed": week.self_employed_minutes, "volunteer": week.volunteer_minutes}


def _label(week: pb.WorkedWeek) -> str:
    """The first whole week of a month names it."""
    monday = date.fromisoformat(week.monday)
    return format_month(monday) if monday.day <= _DAYS else ""


def _column(text: Markup, *, number: bool = False) -> Mapping[str, object]:
    return {"text": text, "number": number}


def _row(ctx: PageContext, week: pb.WorkedWeek, shown: Sequence[str]) -> Sequence[str]:
    monday = date.fromisoformat(week.monday)
    minutes = [_minutes(week)[name] for name in shown] + [week.planned_minutes]
    cells = [format_short_day(monday), *(short_hours(ctx, each) for each in minutes)]
    return [cell.replace(" ", _KEPT_TOGETHER) for cell in cells]


_FORM = FormPage(
    "opt-out",
    "working_time/hours",
    _values,
    _say,
    fields=("first_day", "is_adult"),
    input_by_field={"first_day": "first_day", "is_adult": "is_adult"},
)
PAGES = (
    form_page("/week/hours", _FORM, Access.MEMBER),
    Page("/week/hours/end", None, end, _END),
    Page("/week/hours/file", download),
)
SECRETARY_PAGES = (
    Page("/members/{person:uuid}/hours", show, access=Access.SECRETARY),
    Page("/members/{person:uuid}/hours/file", download, access=Access.SECRETARY),
)
