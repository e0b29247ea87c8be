"""Forms of visits that repeat: what is wanted, a check of it with the visits that it makes, and from which day on it ends.

It ends for the person, or for a worker who comes to all of them.
"""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

from kith.scheduling.v1 import visit_series_pb2 as pb
from libs.texts.days import read_day
from services.web.localisation.clock_times import minute_of_day
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormDraft, FormPage, RedirectToPage, choices, require, version_of
from services.web.pages.support.typed_times import DAYS
from services.web.pages.visits.series_page import planned_days
from services.web.pages.visits.series_words import pattern_words
from services.web.pages.visits.visit_forms import team_owners, typed_length, visit_lengths
from services.web.pages.ways_to_be_told import clock_time

_GOES_ON = "goes_on"
_WEEKDAYS = tuple(f"weekday-{number}" for number in range(1, len(DAYS) + 1))
_FIELDS = ("who", "first_day", *_WEEKDAYS, "every", "start", "minutes", "last_day", "workers", "instead")
_DRAFT = FormDraft("series", _FIELDS)
_INPUTS = {
    "person_id": "who",
    "weekdays": _WEEKDAYS[0],
    "every_weeks": "every",
    **{name: name for name in ("first_day", "start", "minutes", "last_day", "workers")},
}
_MOST_SHOWN = 5
_GIVE_BACK = ("no", "yes")


async def _new_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    """Filled in with what was written before, if that was about the same series, or with the series that is to have other times."""
    instead = ctx.submitted.text("instead") if ctx.submitted else ctx.query_param("instead")
    filled = fields if fields["instead"] == instead else await _fields_of(ctx, instead)
    owners = [ctx.subject_id] if ctx.acting else await team_owners(ctx)
    owners = [filled["who"]] if instead else owners
    names = await ctx.person_names(owners)
    length = filled["minutes"] or "60"
    goes_on = {"value": _GOES_ON, "text": ctx.say("series.it_goes_on"), "hint": ctx.say("series.it_goes_on_hint")}
    return {
        "fields": {**filled, "instead": instead},
        "people": [{"value": owner, "text": names[owner].full, "hint": ""} for owner in owners],
        "weekdays": [
            {"name": name, "text": ctx.say(f"data.value.day.{day}"), "ticked": bool(filled[name])}
            for name, day in zip(_WEEKDAYS, DAYS, strict=True)
        ],
        "everies": [{"value": str(weeks), "text": ctx.say("series.every_weeks", weeks)} for weeks in range(1, 5)],
        "lengths": visit_lengths(length),
        "length": length,
        "counts": choices(ctx, "visit_workers", ["1", "2"]),
        "days": ctx.day_choices(0, 1),
        "ends": [goes_on],
    }


async def _fields_of(ctx: PageContext, series_id: str) -> Mapping[str, str]:
    """What a series has, for other times from tomorrow on; nothing without one."""
    if not series_id:
        return dict.fromkeys(_FIELDS, "")
    series, pattern = await _fetch(ctx, series_id)
    return {
        "who": series.person_id,
        "first_day": max((ctx.local_day() + timedelta(days=1)).isoformat(), pattern.first_day),
        **{name: "on" if number in pattern.weekdays else "" for number, name in enumerate(_WEEKDAYS, 1)},
        "every": str(pattern.every_weeks),
        "start": clock_time(pattern.start),
        "minutes": str(pattern.minutes),
        "last_day": pattern.last_day or _GOES_ON,
        "workers": str(series.workers),
        "instead": series_id,
    }


async def _fetch(ctx: PageContext, series_id: str) -> tuple[pb.VisitSeries, pb.SeriesPattern]:
    found: pb.GetSeriesResponse = await ctx.call(ctx.state.services.visit_series.GetSeries, pb.GetSeriesRequest(series_id=series_id))
    return found.series, found.series.pattern


def _pattern(fields: Fields) -> pb.SeriesPattern:
    last_day = fields["last_day"]
    return pb.SeriesPattern(
        first_day=fields["first_day"],
        weekdays=[number for number, name in enumerate(_WEEKDAYS, 1) if fields[name]],
        every_weeks=int(fields["every"]) if fields["every"] in {"1", "2", "3", "4"} else 0,
        start=minute_of_day(fields["start"]),
        minutes=typed_length(fields["minutes"]),
        last_day="" if last_day == _GOES_ON else last_day,
    )


def _preview_request(fields: Fields) -> pb.PreviewSeriesRequest:
    return pb.PreviewSeriesRequest(
        person_id=fields["who"], pattern=_pattern(fields), workers=int(fields["workers"] or 0), replaces_series_id=fields["instead"]
    )


async def _write(ctx: PageContext, fields: Fields, _request_id: str) -> str:
    """The service looks at it at once, so that what is wrong is said beside where it was written."""
    problems = [] if fields["who"] else [ctx.form_problem("who", "visit.who_missing")]
    problems += [] if fields["workers"] in {"1", "2"} else [ctx.form_problem("workers", "visit.workers_missing")]
    problems += [] if fields["last_day"] else [ctx.form_problem("last_day", "series.last_missing")]
    require(problems)
    await ctx.call(ctx.state.services.visit_series.PreviewSeries, _preview_request(fields))
    return "/visits/series/new/check"


async def _check_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    if not (fields["who"] and fields["workers"] in {"1", "2"} and read_day(fields["first_day"])):
        raise RedirectToPage("/visits/series/new")
    preview: pb.PreviewSeriesResponse = await ctx.call(ctx.state.services.visit_series.PreviewSeries, _preview_request(fields))
    planned = planned_days(ctx, preview.visits)
    names = await ctx.person_names([fields["who"]])
    return {
        "name": names[fields["who"]].full,
        "is_own": fields["who"] == ctx.subject_id,
        "pattern": pattern_words(ctx, _pattern(fields)),
        "first_day": ctx.format_day(fields["first_day"]),
        "count": ctx.say(f"visit_workers.{fields['workers']}"),
        "planned": planned,
        "most": _MOST_SHOWN,
        "edit": "/visits/series/new" + ("?" + urlencode({"instead": fields["instead"]}) if fields["instead"] else ""),
    }


async def _propose(ctx: PageContext, fields: Fields, request_id: str) -> str:
    preview = _preview_request(fields)
    request = pb.ProposeSeriesRequest(
        request_id=request_id,
        person_id=preview.person_id,
        pattern=preview.pattern,
        workers=preview.workers,
        replaces_series_id=preview.replaces_series_id,
    )
    proposed: pb.ProposeSeriesResponse = await ctx.call(ctx.state.services.visit_series.ProposeSeries, request)
    return f"/visits/series/{proposed.series_id}?done=propose" if proposed.series_id else "/visits/series?done=proposed"


async def _end_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    series, pattern = await _fetch(ctx, ctx.path_param("series"))
    names = await ctx.person_names([series.person_id])
    return {
        "name": names[series.person_id].full,
        "series": series.series_id,
        "pattern": pattern_words(ctx, pattern).sentence,
        "version": fields["version"] or str(series.version),
        "days": ctx.day_choices(0, 1),
    }


async def _end(ctx: PageContext, fields: Fields, request_id: str) -> str:
    series = ctx.path_param("series")
    request = pb.EndSeriesRequest(request_id=request_id, series_id=series, version=version_of(fields), from_day=fields["from_day"])
    await ctx.call(ctx.state.services.visit_series.EndSeries, request)
    return f"/visits/series/{series}?done=end"


async def _standing_values(ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    series, pattern = await _fetch(ctx, ctx.path_param("series"))
    names = await ctx.person_names([series.person_id])
    return {
        "name": names[series.person_id].full,
        "series": series.series_id,
        "pattern": pattern_words(ctx, pattern).sentence,
        "days": ctx.day_choices(0, 1),
        "choices": choices(ctx, "standing_give_back", _GIVE_BACK),
    }


async def _end_standing(ctx: PageContext, fields: Fields, request_id: str) -> str:
    require([] if fields["give_back"] in _GIVE_BACK else [ctx.form_problem("give_back", "standing.give_back_missing")])
    series = ctx.path_param("series")
    request = pb.EndStandingPlaceRequest(
        request_id=request_id, series_id=series, from_day=fields["from_day"], give_back=fields["give_back"] == "yes"
    )
    await ctx.call(ctx.state.services.visit_series.EndStandingPlace, request)
    return f"/visits/series/{series}?done=standing_end"


NEW = FormPage("series-new", "visits/series_new", _new_values, _write, fields=_FIELDS, draft=_DRAFT, input_by_field=_INPUTS)
CHECK = FormPage("series-check", "visits/series_check", _check_values, _propose, draft=_DRAFT, ends_draft=True, shown_again=NEW)
END = FormPage(
    "series-end", "visits/series_end", _end_values, _end, fields=("from_day", "version"), input_by_field={"from_day": "from_day"}
)
END_STANDING = FormPage(
    "standing-end",
    "visits/standing_end",
    _standing_values,
    _end_standing,
    fields=("from_day", "give_back"),
    input_by_field={"from_day": "from_day"},
)
