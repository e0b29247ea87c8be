"""The register of free activities: what people did together, how many came, and how many by month. Nobody is named in it."""

from collections.abc import Iterable, Mapping
from datetime import date

from babel.dates import format_date
from starlette.responses import Response

from kith.scheduling.v1 import activities_pb2 as pb
from kith.scheduling.v1.enums import ActivityKind
from libs.rpc.enums import known_word, to_wire
from services.web.http.csv_files import CSV, csv_text
from services.web.http.forms import Form, shown_number
from services.web.localisation.numbers import LOCALE
from services.web.page import Access, Page
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage, choices, form_page
from services.web.pages.member_lookup import list_member_classes
from services.web.pages.money.money_words import columns

_REMOVE = "activity-remove"
_CAME = "came_"
GUEST = "guest"
_DONE = ("recorded", "removed")


async def show(ctx: PageContext) -> Response:
    """This year, or the one in the address."""
    year, found = _year(ctx), await _fetch(ctx)
    names = await _class_names(ctx)
    return ctx.render(
        "money/activities",
        year=year,
        before=f"/activities?year={year - 1}",
        after=f"/activities?year={year + 1}" if year < ctx.local_day().year else "",
        csv=f"/activities/csv?year={year}",
        columns=columns(ctx, "month", "activities", "came", "by_class", numbers=("activities", "came")),
        months=[[_month(month), month.activities, _total(month.came), _by_class(month.came, names)] for month in found.months],
        activities=[
            {
                "id": each.activity_id,
                "title": ctx.say(f"activity_kind.{_kind(each)}"),
                "day": ctx.format_day(each.day),
                "came": _by_class(each.came, names),
                "may_remove": each.may_remove,
            }
            for each in reversed(found.activities)
        ],
        done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    )


async def remove(ctx: PageContext, form: Form) -> Response:
    """It was written down wrongly."""
    request = pb.RemoveActivityRequest(request_id=form.request_id, activity_id=form.text("activity"))
    await ctx.call(ctx.state.services.activities.RemoveActivity, request, _hat(ctx))
    return ctx.redirect("/activities?done=removed")


async def download(ctx: PageContext) -> Response:
    """The counts of the year by month and class."""
    found = await _fetch(ctx)
    rows = [(month.month, month.activities, each.member_class, each.came) for month in found.months for each in month.came]
    content = csv_text(("month", "activities", "class", "came"), rows)
    return ctx.file_response(content.encode(), "kith-activities.csv", CSV)


async def _values(ctx: PageContext, _: Fields) -> Mapping[str, object]:
    names = await _class_names(ctx)
    return {
        "kinds": choices(ctx, "activity_kind", tuple(ActivityKind)),
        "classes": [(f"{_CAME}{key}", name) for key, name in names.items()],
        "days": ctx.day_choices(0),
    }


async def _record(ctx: PageContext, fields: Fields, request_id: str) -> str:
    kind = fields["kind"]
    request = pb.RecordActivityRequest(
        request_id=request_id,
        day=fields["day"],
        kind=to_wire(pb.ActivityKind, ActivityKind(kind)) if kind in tuple(ActivityKind) else pb.ACTIVITY_KIND_UNSPECIFIED,
    )
    for key in await _class_names(ctx):
        typed = fields.get(f"{_CAME}{key}", "")
        request.came.add(member_class=key, came=typed_number(typed))
    await ctx.call(ctx.state.services.activities.RecordActivity, request)
    return "/activities?done=recorded"


def typed_number(typed: str) -> int:
    """-1, which the service refuses, for what is no number."""
    if not typed:
        return 0
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= 6 else -1


def _year(ctx: PageContext) -> int:
    this_year = ctx.local_day().year
    asked = shown_number(ctx.query_param("year"))
    return asked if this_year - 50 <= asked <= this_year else this_year


async def _fetch(ctx: PageContext) -> pb.GetActivityYearResponse:
    request = pb.GetActivityYearRequest(year=_year(ctx))
    found: pb.GetActivityYearResponse = await ctx.call(ctx.state.services.activities.GetActivityYear, request, _hat(ctx))
    return found


def _hat(ctx: PageContext) -> str:
    """A secretary takes out what others wrote down wrongly."""
    return Access.SECRETARY.value if ctx.has_hat(Access.SECRETARY) else ""


async def _class_names(ctx: PageContext) -> dict[str, str]:
    """By key, and those who are no members last."""
    return {each.key: each.name for each in await list_member_classes(ctx)} | {GUEST: str(ctx.say("activities.guests"))}


def _kind(activity: pb.Activity) -> str:
    return known_word(pb.ActivityKind, ActivityKind, activity.kind, ActivityKind.OTHER).value


def _month(month: pb.ActivityMonth) -> str:
    return format_date(date.fromisoformat(f"{month.month}-01"), "LLLL y", locale=LOCALE)


def _total(came: Iterable[pb.CameByClass]) -> int:
    return sum(each.came for each in came)


def _by_class(came: Iterable[pb.CameByClass], names: Mapping[str, str]) -> str:
    return ", ".join(f"{names.get(each.member_class, each.member_class)}: {each.came}" for each in came)


_FORM = FormPage(
    "activity",
    "money/activity_new",
    _values,
    _record,
    fields=("day", "kind"),
    prefixes=(_CAME,),
    input_by_field={"day": "day", "kind": "kind", "came": f"{_CAME}{GUEST}"},
)
PAGES = (
    Page("/activities", show, remove, _REMOVE),
    Page("/activities/csv", download),
    form_page("/activities/new", _FORM, Access.MEMBER),
)
