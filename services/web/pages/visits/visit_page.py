"""One visit: when it is, who comes, who proposed it, who agreed, and what this person can do about it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from starlette.responses import Response

from kith.scheduling.v1 import visits_pb2 as pb
from kith.scheduling.v1 import whole_visits_pb2 as whole
from kith.scheduling.v1.enums import VisitState
from services.web.http.forms import Form
from services.web.page_context import PageContext, PersonName, utc_datetime
from services.web.pages.distances.distance_words import distance_lines
from services.web.pages.qualification_view import kinds_in_words
from services.web.pages.visits import record_section
from services.web.pages.visits.task_words import to_do_of
from services.web.pages.visits.visit_forms import OVERLAPS
from services.web.pages.visits.visit_words import TAKES_PLACE, is_over, shared_by, state_of, times_words, visit_row
from services.web.pages.watch import alert_words, visit_alerts
from services.web.pages.working_time.rest_reason import said_reason

CHANGE = "visit"
_BEFORE_THE_START = frozenset({"agree", "move", "cancel", "give_back", "swap", "share", "tasks", "distance"})
"""What nobody does once a worker has said that they start."""
_DO = ("agree", "decline", "take", "give_back", "cancel")
_HOLDS = {"propose": "planned", "move": "moved"}


async def show(ctx: PageContext) -> Response:
    """Raises NotFound VISIT_UNKNOWN."""
    request = whole.GetWholeVisitRequest(visit_id=ctx.path_param("visit"))
    found: whole.GetWholeVisitResponse = await ctx.call(ctx.state.services.whole_visits.GetWholeVisit, request)
    response, visit = found.plan, found.plan.visit
    names = await ctx.person_names(_people_of(found))
    to_do = to_do_of(ctx, found.tasks)
    section = record_section.record_section(ctx, visit, found.records, names, to_do)
    other, has_begun = None, section is not None and bool(section.records)
    if visit.HasField("other_starts_at"):
        day = ctx.format_day(ctx.local_day(utc_datetime(visit.other_starts_at)).isoformat())
        other = f"{day}, {times_words(ctx, visit.other_starts_at, visit.other_ends_at)}"
    return ctx.render(
        "visits/visit",
        visit=visit_row(ctx, visit, names, is_taken=ctx.person_id in response.worker_ids),
        other=other,
        over=is_over(ctx, visit),
        # Who had taken a visit that is called off stands there no more.
        is_on=state_of(visit) not in (VisitState.DECLINED, VisitState.CANCELLED),
        workers=[names[worker].full for worker in response.worker_ids],
        without=_without(ctx, visit, response.worker_ids, names),
        proposed_by=names[visit.proposed_by].full,
        agreed_by=names[visit.agreed_by].full if visit.agreed_by else "",
        # Who shares the visit sees it, but the plan of all of them is the other person's.
        series_id="" if visit.sharer_id == ctx.subject_id else visit.series_id,
        sharing_id=visit.sharing_id if ctx.subject_id in (visit.person_id, visit.sharer_id) else "",
        can=[step for step in _possible(ctx, visit, response.worker_ids) if not (has_begun and step in _BEFORE_THE_START)],
        section=section,
        to_do=to_do,
        distances=distance_lines(ctx, found.distances.distances).get(visit.visit_id, []),
        alerts=visit_alerts.alert_section(ctx, visit, found.alerts, names),
        done=_done(ctx, visit),
        overlaps=ctx.query_param("done").endswith(OVERLAPS),
    )


def _people_of(found: whole.GetWholeVisitResponse) -> set[str]:
    visit = found.plan.visit
    planned = {visit.person_id, visit.proposed_by, *([visit.agreed_by] if visit.agreed_by else []), *shared_by(visit)}
    return planned | {*found.plan.worker_ids, *alert_words.people_of(found.alerts.alerts), *record_section.people_of(found.records)}


async def change(ctx: PageContext, form: Form) -> Response:
    """Agree, decline, take, give back or cancel. The service decides whether the person may."""
    services, visit, version, did = ctx.state.services.visits, ctx.path_param("visit"), form.shown_number(), form.text("do")
    ids = {"request_id": form.request_id, "visit_id": visit}
    if did == "agree":
        await ctx.call(services.AgreeVisit, pb.AgreeVisitRequest(**ids, version=version))
    elif did == "decline":
        await ctx.call(services.DeclineVisit, pb.DeclineVisitRequest(**ids, version=version))
    elif did == "take":
        async with kinds_in_words(ctx):
            await ctx.call(services.TakeVisit, pb.TakeVisitRequest(**ids, version=version, rest_reason=said_reason(form.fields)))
    elif did == "give_back":
        await ctx.call(services.GiveBackVisit, pb.GiveBackVisitRequest(**ids))
    elif did == "cancel":
        await ctx.call(services.CancelVisit, pb.CancelVisitRequest(**ids, version=version))
    else:
        return ctx.redirect(f"/visits/{visit}")
    # Who has given a visit back may no longer see it: a page that all of them can open.
    return ctx.redirect("/week" if did == "give_back" else f"/visits/{visit}?done={did}")


def _done(ctx: PageContext, visit: pb.Visit) -> str:
    """What was just done. What a person proposes for themselves holds at once."""
    done = ctx.query_param("done").removesuffix(OVERLAPS)
    if done in _HOLDS and state_of(visit) is VisitState.AGREED:
        return _HOLDS[done]
    return done if done in (*_DO, *_HOLDS, "tasks", *record_section.DONE, *visit_alerts.DONE) else ""


def _possible(ctx: PageContext, visit: pb.Visit, workers: Sequence[str]) -> list[str]:
    """What to offer; nothing of the plan once it has started."""
    state, is_own = state_of(visit), visit.person_id == ctx.subject_id
    if (
        visit.sharer_id == ctx.subject_id
        or utc_datetime(visit.starts_at) <= ctx.now
        or state in (VisitState.DECLINED, VisitState.CANCELLED, None)
    ):
        return []
    can = ["agree", "decline"] if is_own and state in (VisitState.PROPOSED, VisitState.MOVING) else []
    if not ctx.acting and ctx.person_id in workers:
        can += ["give_back", *(["swap"] if state is VisitState.AGREED else [])]
    elif not ctx.acting and not is_own and state in TAKES_PLACE and visit.free_places > 0:
        can.append("take")
    if state is VisitState.AGREED and visit.free_places > 0:
        can.append("who_could")
    can += ["move", "distance"]
    if is_own:
        can.append("tasks")
    if is_own and state is VisitState.AGREED and not visit.sharer_id:
        can.append("share")
    if is_own or (state is VisitState.PROPOSED and visit.proposed_by == ctx.person_id):
        can.append("cancel")
    return can


def _without(ctx: PageContext, visit: pb.Visit, workers: Sequence[str], names: Mapping[str, PersonName]) -> list[dict[str, str]]:
    """For the person of the visit, until it is over: the rest of the week without each worker of it, also once one should be there."""
    day = ctx.local_day(utc_datetime(visit.starts_at))
    monday = day - timedelta(days=day.weekday())
    if visit.person_id != ctx.subject_id or state_of(visit) not in TAKES_PLACE:
        return []
    # A visit of a night can go on in the week after.
    if is_over(ctx, visit) or monday + timedelta(weeks=1) <= ctx.local_day():
        return []
    return [{"name": names[worker].full, "path": f"/week/without/{worker}?week={monday.isoformat()}"} for worker in workers]
