"""One series: when its visits are, which come next, and what this person can do about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import Response

from kith.scheduling.v1 import visit_series_pb2 as pb
from kith.scheduling.v1 import visits_pb2 as visits
from kith.scheduling.v1.enums import SeriesState, VisitState
from services.web.http.forms import Form
from services.web.page_context import PageContext, PersonName, utc_datetime
from services.web.pages.distances.distance_words import load_lines
from services.web.pages.visits import visit_words
from services.web.pages.visits.series_taking import not_yours_rows, shown_visits, stand, take
from services.web.pages.visits.series_words import pattern_words, series_status, state_of
from services.web.pages.visits.task_words import load_tasks

CHANGE = "series"
_OPEN = 5
_DONE = ("propose", "agree", "decline", "end", "tasks", "standing_end")


@dataclass(frozen=True)
class PlannedDay:
    """A visit that a series would have."""

    day: str
    times: Markup
    overlaps: bool


async def show(ctx: PageContext) -> Response:
    """Raises NotFound SERIES_UNKNOWN."""
    request = pb.GetSeriesRequest(series_id=ctx.path_param("series"))
    response: pb.GetSeriesResponse = await ctx.call(ctx.state.services.visit_series.GetSeries, request)
    series = response.series
    people = [series.person_id, series.proposed_by, *([series.agreed_by] if series.agreed_by else [])]
    names = await ctx.person_names([*people, *visit_words.people_of(response.visits), *standing_workers(response)])
    rows = [visit_words.visit_row(ctx, visit, names, is_taken=ctx.person_id in visit.worker_ids) for visit in response.visits]
    distances = await load_lines(ctx, [visit.visit_id for visit in response.visits])
    kind, says = series_status(ctx, series)
    to_take = _open_visits(ctx, response)
    is_ahead = not rows and state_of(series) is SeriesState.AGREED and series.pattern.first_day > ctx.local_day().isoformat()
    return ctx.render(
        "visits/series",
        series=series,
        name=names[series.person_id].full,
        pattern=pattern_words(ctx, series.pattern),
        kind=kind,
        says=says,
        rows=rows[:_OPEN],
        later=rows[_OPEN:],
        distances=distances,
        planned=planned_days(ctx, response.proposed_visits),
        most=_OPEN,
        shown=shown_visits(to_take),
        plan=_plan(ctx, series, names),
        standing=standing_lines(ctx, response.standing_places, names),
        not_yours=await not_yours_rows(ctx, response.not_yours, rows),
        can=_possible(ctx, response, to_take),
        is_own=series.person_id == ctx.subject_id,
        to_do=await load_tasks(ctx, series=series.series_id),
        begins=ctx.format_day(series.pattern.first_day) if is_ahead else "",
        done=_done(ctx, series, is_ahead=is_ahead),
    )


async def change(ctx: PageContext, form: Form) -> Response:
    """Agree, decline, take back, take them all, or come to all from now on. The service decides whether the person may."""
    services, series, did = ctx.state.services.visit_series, ctx.path_param("series"), form.text("do")
    values = {"request_id": form.request_id, "series_id": series}
    if did == "agree":
        await ctx.call(services.AgreeSeries, pb.AgreeSeriesRequest(**values, version=form.shown_number()))
    elif did == "decline":
        await ctx.call(services.DeclineSeries, pb.DeclineSeriesRequest(**values, version=form.shown_number()))
    elif did == "withdraw":
        await ctx.call(services.WithdrawSeries, pb.WithdrawSeriesRequest(**values, version=form.shown_number()))
    elif did == "take":
        return await take(ctx, form)
    elif did == "stand":
        return await stand(ctx, form)
    else:
        return ctx.redirect(f"/visits/series/{series}")
    return ctx.redirect("/visits/series?done=withdrawn" if did == "withdraw" else f"/visits/series/{series}?done={did}")


def _done(ctx: PageContext, series: pb.VisitSeries, *, is_ahead: bool) -> str:
    """What was just done. What begins in months has no visits yet, and what the person has not said yes to is not planned."""
    done = ctx.query_param("done")
    if done == "propose" and state_of(series) is SeriesState.PROPOSED:
        return "proposed"
    if done == "propose" and is_ahead:
        return "propose_ahead"
    return done if done in _DONE else ""


def planned_days(ctx: PageContext, planned: Sequence[pb.SeriesVisit]) -> list[PlannedDay]:
    """In words, in their order."""
    return [
        PlannedDay(
            ctx.format_day(ctx.local_day(utc_datetime(visit.starts_at)).isoformat()),
            visit_words.times_words(ctx, visit.starts_at, visit.ends_at),
            visit.overlaps,
        )
        for visit in planned
    ]


def _plan(ctx: PageContext, series: pb.VisitSeries, names: Mapping[str, PersonName]) -> list[Markup]:
    """Who proposed it and who agreed."""
    lines = [ctx.say("visit.proposed_by", name=names[series.proposed_by].full)]
    return lines + ([ctx.say("visit.agreed_by", name=names[series.agreed_by].full)] if series.agreed_by else [])


def _open_visits(ctx: PageContext, response: pb.GetSeriesResponse) -> list[visits.Visit]:
    """Those that this person could take: nobody takes visits to themselves, or in somebody's place."""
    if ctx.acting or response.series.person_id == ctx.person_id:
        return []
    return [
        visit
        for visit in response.visits
        if visit.free_places > 0 and ctx.person_id not in visit.worker_ids and visit_words.state_of(visit) is VisitState.AGREED
    ]


def standing_workers(response: pb.GetSeriesResponse) -> list[str]:
    return [place.worker_id for place in response.standing_places]


def standing_lines(ctx: PageContext, places: Sequence[pb.StandingPlace], names: Mapping[str, PersonName]) -> list[Markup]:
    """Who comes to all of them, from when on and until when."""
    today = ctx.local_day().isoformat()
    lines = []
    for place in places:
        who = "you" if place.worker_id == ctx.person_id and not ctx.acting else "they"
        days = {"since": ctx.format_day(place.since), "until": ctx.format_day(place.last_day) if place.last_day else ""}
        which = ("_from" if place.since > today else "") + ("_until" if place.last_day else "")
        lines.append(ctx.say(f"standing_is.{who}{which}", name=names[place.worker_id].full, **days))
    return lines


def _possible(ctx: PageContext, response: pb.GetSeriesResponse, to_take: Sequence[visits.Visit]) -> list[str]:
    series = response.series
    state, is_own = state_of(series), series.person_id == ctx.subject_id
    is_over = bool(series.pattern.last_day) and series.pattern.last_day < ctx.local_day().isoformat()
    if is_over or state in (SeriesState.DECLINED, SeriesState.WITHDRAWN, None):
        return []
    if state is SeriesState.PROPOSED:
        own = ["agree", "decline", "tasks"] if is_own else []
        return own + (["withdraw"] if not ctx.acting and series.proposed_by == ctx.person_id else [])
    take = (["take"] if to_take else []) + (["stand"] if response.can_take_standing_place and not ctx.acting else [])
    mine = not ctx.acting and any(place.worker_id == ctx.person_id and not place.last_day for place in response.standing_places)
    return take + (["stand_end"] if mine else []) + ["change"] + (["tasks", "end"] if is_own else [])
