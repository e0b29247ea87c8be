"""On the page of a visit: whether it is watched over, what was done when it did not start, and what a worker who comes can say."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import Response

from kith.scheduling.v1 import visits_pb2 as visits
from kith.scheduling.v1 import watch_pb2 as pb
from services.web.http.forms import Form
from services.web.page import Access, Page
from services.web.page_context import PageContext, PersonName, utc_datetime
from services.web.pages.form_page import Fields, FormPage, choices, form_page, require
from services.web.pages.visits.visit_words import TAKES_PLACE, state_of
from services.web.pages.watch.alert_words import AlertView, alert_view
from services.web.pages.watch.holders import gap_words

SAFE = "watch-safe"
DONE = ("watch_on", "watch_off", "on_way", "safe")
_MINUTES = ("10", "20", "30", "45", "60", "90")


@dataclass(frozen=True)
class AlertSection:
    """`may_choose`: the person, before it starts. `is_alone`: a lone worker's alert of the reader's own goes on."""

    alerts: list[AlertView]
    watched: bool
    gaps: list[Markup]
    may_choose: bool
    may_say_on_way: bool
    is_alone: bool
    alone_always: bool


def alert_section(
    ctx: PageContext, visit: visits.Visit, found: pb.GetVisitAlertsResponse, names: Mapping[str, PersonName]
) -> AlertSection | None:
    """None for a visit that does not take place."""
    if state_of(visit) not in TAKES_PLACE:
        return None
    views = [alert_view(ctx, alert, names) for alert in found.alerts]
    return AlertSection(
        views,
        found.watched,
        [gap_words(ctx, gap) for gap in found.gaps],
        visit.person_id == ctx.subject_id and utc_datetime(visit.starts_at) > ctx.now,
        found.may_say_on_way and not ctx.acting,
        any(view.is_lone and not view.is_over and view.worker_id == ctx.person_id for view in views),
        found.alone_always,
    )


async def say_safe(ctx: PageContext, form: Form) -> Response:
    """The worker is safe, with one tap."""
    visit = ctx.path_param("visit")
    await ctx.call(ctx.state.services.watch.SaySafe, pb.SaySafeRequest(request_id=form.request_id, visit_id=visit))
    return ctx.redirect(f"/visits/{visit}?done=safe")


async def _on_way_values(ctx: PageContext, _: Fields) -> Mapping[str, object]:
    request = visits.GetVisitRequest(visit_id=ctx.path_param("visit"))
    found: visits.GetVisitResponse = await ctx.call(ctx.state.services.visits.GetVisit, request)
    name = (await ctx.person_names([found.visit.person_id]))[found.visit.person_id].full
    return {"visit": found.visit.visit_id, "name": name, "delays": choices(ctx, "on_way_minutes", _MINUTES)}


async def _say_on_way(ctx: PageContext, fields: Fields, request_id: str) -> str:
    require([] if fields["minutes"] in _MINUTES else [ctx.form_problem("minutes", "on_way.missing")])
    visit = ctx.path_param("visit")
    request = pb.SayOnWayRequest(request_id=request_id, visit_id=visit, minutes=int(fields["minutes"]))
    await ctx.call(ctx.state.services.watch.SayOnWay, request)
    return f"/visits/{visit}?done=on_way"


ON_WAY = FormPage("watch-on-way", "watch/on_way", _on_way_values, _say_on_way, fields=("minutes",), input_by_field={"minutes": "minutes"})
PAGES = (
    form_page("/visits/{visit:uuid}/on-way", ON_WAY, Access.MEMBER),
    Page("/visits/{visit:uuid}/safe", None, say_safe, SAFE),
)
