"""Taking all the open visits of a series, and those that are made later too: what came of it, visit by visit."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import Response

from kith.scheduling.v1 import visit_series_pb2 as pb
from kith.scheduling.v1 import visits_pb2 as visits
from libs.refusals import FailedPrecondition
from services.web.http.forms import Form
from services.web.localisation.refusal_messages import refusal_message
from services.web.page_context import PageContext
from services.web.pages.qualification_view import fetch_kinds
from services.web.pages.visits.visit_words import VisitRow, people_of, visit_row


@dataclass(frozen=True)
class NotTakenRow:
    """A visit that was not taken. `when` is empty for one that is no longer planned."""

    id: str
    when: str
    why: Markup


def shown_visits(to_take: Sequence[visits.Visit]) -> str:
    """The visits on the page with their versions, as the form sends them back."""
    return " ".join(f"{visit.visit_id}:{visit.version}" for visit in to_take)


async def take(ctx: PageContext, form: Form) -> Response:
    """The page that says which were taken and why the others were not."""
    series, services = ctx.path_param("series"), ctx.state.services.visit_series
    request = pb.TakeSeriesRequest(request_id=form.request_id, series_id=series, visits=_read_shown(form.text("shown")))
    result: pb.TakeSeriesResponse = await ctx.call(services.TakeSeries, request)
    return await _show_taken(ctx, result, "")


async def stand(ctx: PageContext, form: Form) -> Response:
    """The same for who comes to all of them from now on."""
    series, shown = ctx.path_param("series"), _read_shown(form.text("shown"))
    request = pb.TakeStandingPlaceRequest(request_id=form.request_id, series_id=series, version=form.shown_number(), visits=shown)
    result: pb.TakeStandingPlaceResponse = await ctx.call(ctx.state.services.visit_series.TakeStandingPlace, request)
    return await _show_taken(ctx, result, ctx.format_day(result.since))


async def not_yours_rows(ctx: PageContext, not_taken: Sequence[pb.NotTakenVisit], rows: Sequence[VisitRow]) -> list[NotTakenRow]:
    """Visits that somebody does not come to, with why; `rows` are all of the series."""
    when = {row.id: f"{row.day_words}, {row.times}" for row in rows}
    reasons = await _reasons(ctx, not_taken)
    return [NotTakenRow(one.visit_id, when.get(one.visit_id, ""), why) for one, why in zip(not_taken, reasons, strict=True)]


async def _show_taken(ctx: PageContext, result: pb.TakeSeriesResponse | pb.TakeStandingPlaceResponse, since: str) -> Response:
    """`since` is from which day on later visits take them, in words; empty for those of the page alone."""
    series, services = ctx.path_param("series"), ctx.state.services.visit_series
    found: pb.GetSeriesResponse = await ctx.call(services.GetSeries, pb.GetSeriesRequest(series_id=series))
    names = await ctx.person_names([found.series.person_id, *people_of(found.visits)])
    rows = {visit.visit_id: visit_row(ctx, visit, names, is_taken=True) for visit in found.visits}
    return ctx.render(
        "visits/series_taken",
        series=found.series,
        name=names[found.series.person_id].full,
        taken=[rows[visit] for visit in result.taken_visit_ids if visit in rows],
        not_taken=await not_yours_rows(ctx, result.not_taken, list(rows.values())),
        since=since,
    )


async def _reasons(ctx: PageContext, not_taken: Sequence[pb.NotTakenVisit]) -> list[Markup]:
    """In words; kinds of credentials as the rulebook names them."""
    kinds = await fetch_kinds(ctx) if any("kinds" in one.details for one in not_taken) else None
    sentences = []
    for one in not_taken:
        details = dict(one.details)
        if kinds is not None and "kinds" in details:
            details["kinds"] = ", ".join(kinds.name(kind) for kind in details["kinds"].split())
        in_words = ctx.refusal_details(FailedPrecondition(one.reason, **details))
        sentences.append(refusal_message(ctx.catalogue, one.reason, in_words))
    return sentences


def _read_shown(text: str) -> list[pb.ShownVisit]:
    """What is no visit and version is left out: nothing is taken that the page did not show."""
    pairs = (word.partition(":") for word in text.split())
    return [
        pb.ShownVisit(visit_id=visit, version=int(version))
        for visit, _, version in pairs
        if version.isascii() and version.isdecimal() and len(version) < 19
    ]
