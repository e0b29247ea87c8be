"""What people do together: the list, one of it, and the form that announces it."""

from collections.abc import Mapping

from starlette.responses import Response

from kith.scheduling.v1 import activities_pb2 as activities
from kith.scheduling.v1 import group_activities_pb2 as pb
from kith.scheduling.v1 import visits_pb2 as visits
from kith.scheduling.v1.enums import ActivityKind, GroupActivityState, StepFreeAccess
from libs.rpc.enums import known_word, to_wire
from services.web.http.forms import Form
from services.web.localisation.clock_times import minute_of_day
from services.web.page import Access, Page
from services.web.page_context import PageContext, PersonName, utc_datetime
from services.web.pages.form_page import Fields, FormPage, choices, form_page
from services.web.pages.member_lookup import list_member_classes
from services.web.pages.money.activities import GUEST, typed_number
from services.web.pages.money.money_words import amount, typed_pence
from services.web.pages.visits.visit_forms import typed_length, visit_lengths
from services.web.pages.visits.visit_words import times_words

PATH = "/together"
CHANGE = "together"
_CAME = "came_"
_ACCESSES = tuple(StepFreeAccess)
_DONE = ("announced", "join", "leave", "off", "closed")
_STATUS = {GroupActivityState.CALLED_OFF: "no", GroupActivityState.CLOSED: "calm"}


async def show_list(ctx: PageContext) -> Response:
    """Those to come."""
    found: pb.GetGroupActivitiesResponse = await ctx.call(
        ctx.state.services.group_activities.GetGroupActivities, pb.GetGroupActivitiesRequest()
    )
    names = await ctx.person_names([activity.organiser_id for activity in found.activities])
    return ctx.render(
        "together/list",
        activities=[_view(ctx, activity, names) for activity in found.activities],
        done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    )


async def show(ctx: PageContext) -> Response:
    """One, and who comes as far as the person may know it. Raises NotFound ACTIVITY_UNKNOWN."""
    request = pb.GetGroupActivityRequest(activity_id=ctx.path_param("activity"))
    found: pb.GetGroupActivityResponse = await ctx.call(ctx.state.services.group_activities.GetGroupActivity, request)
    names = await ctx.person_names([found.activity.organiser_id, *found.person_ids])
    return ctx.render(
        "together/one",
        one=_view(ctx, found.activity, names),
        people=[names[person].full for person in found.person_ids],
        comes_as=choices(ctx, "together_as", ("alone", "helper")),
        shown=choices(ctx, "together_shows", ("yes", "no")),
        done=ctx.query_param("done") if ctx.query_param("done") in _DONE else "",
    )


async def change(ctx: PageContext, form: Form) -> Response:
    """Come, come with a helper, not come, or call it off. The service decides whether the person may."""
    services, activity, did = ctx.state.services.group_activities, ctx.path_param("activity"), form.text("do")
    ids = {"request_id": form.request_id, "activity_id": activity}
    if did == "join":
        with_helper, shows = form.text("as") == "helper", form.text("shows") == "yes"
        joining = pb.JoinActivityRequest(**ids, version=form.shown_number(), with_helper=with_helper, shows=shows)
        await ctx.call(services.JoinActivity, joining)
    elif did == "leave":
        await ctx.call(services.LeaveActivity, pb.LeaveActivityRequest(**ids))
    elif did == "off":
        await ctx.call(services.CallOffActivity, pb.CallOffActivityRequest(**ids, version=form.shown_number()))
    else:
        return ctx.redirect(f"{PATH}/{activity}")
    return ctx.redirect(f"{PATH}/{activity}?done={did}")


def _view(ctx: PageContext, activity: pb.GroupActivity, names: Mapping[str, PersonName]) -> dict[str, object]:
    state = known_word(pb.GroupActivityState, GroupActivityState, activity.state, GroupActivityState.CLOSED)
    kind = known_word(activities.ActivityKind, ActivityKind, activity.kind, ActivityKind.OTHER)
    access = known_word(pb.StepFreeAccess, StepFreeAccess, activity.step_free, StepFreeAccess.NO)
    has_begun, is_own = utc_datetime(activity.starts_at) <= ctx.now, activity.organiser_id == ctx.person_id and not ctx.acting
    is_open = state is GroupActivityState.ANNOUNCED
    if is_open and activity.comes:
        status, says = "yes", ctx.say("together_is.helper" if activity.with_helper else "together_is.comes")
    else:
        status, says = _STATUS.get(state, "wait" if is_open else "calm"), ctx.say(f"together_is.{state.value}")
    return {
        "id": activity.activity_id,
        "what": activity.what,
        "where": activity.where,
        "kind": ctx.say(f"activity_kind.{kind.value}"),
        "day": ctx.format_day(ctx.local_day(utc_datetime(activity.starts_at)).isoformat()),
        "times": times_words(ctx, activity.starts_at, activity.ends_at),
        "places": ctx.say("together.places", coming=activity.coming, places=activity.places) if activity.places else "",
        "coming": ctx.say("together.coming", activity.coming),
        "access": ctx.say(f"together_access.{access.value}"),
        "price": ctx.say("together.price", price=amount(activity.price_pence)) if activity.price_pence else ctx.say("together.free"),
        "organiser": names[activity.organiser_id].full,
        "status": status,
        "says": says,
        "version": activity.version,
        "comes": activity.comes,
        "shows": activity.shows,
        "comes_as": "helper" if activity.with_helper else "alone",
        "may_see": activity.comes or is_own,
        "can_join": is_open and utc_datetime(activity.ends_at) > ctx.now,
        "can_call_off": is_open and is_own and utc_datetime(activity.ends_at) > ctx.now,
        "can_close": is_open and is_own and has_begun,
    }


async def _new_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    return {
        "kinds": choices(ctx, "activity_kind", tuple(ActivityKind)),
        "accesses": choices(ctx, "together_access", _ACCESSES),
        "days": ctx.day_choices(0, 1),
        "lengths": visit_lengths(),
        "length": fields["minutes"] or "120",
    }


async def _announce(ctx: PageContext, fields: Fields, request_id: str) -> str:
    kind, access = fields["kind"], fields["step_free"]
    request = pb.AnnounceActivityRequest(
        request_id=request_id,
        kind=to_wire(activities.ActivityKind, ActivityKind(kind)) if kind in tuple(ActivityKind) else activities.ACTIVITY_KIND_UNSPECIFIED,
        what=fields["what"],
        where=fields["where"],
        when=visits.LocalTime(day=fields["day"], start=minute_of_day(fields["start"]), minutes=typed_length(fields["minutes"])),
        places=typed_number(fields["places"]),
        step_free=to_wire(pb.StepFreeAccess, StepFreeAccess(access))
        if access in tuple(StepFreeAccess)
        else pb.STEP_FREE_ACCESS_UNSPECIFIED,
        price_pence=typed_pence(fields["price"]),
    )
    announced: pb.AnnounceActivityResponse = await ctx.call(ctx.state.services.group_activities.AnnounceActivity, request)
    return f"{PATH}/{announced.activity_id}?done=announced"


async def _close_values(ctx: PageContext, _: Fields) -> Mapping[str, object]:
    request = pb.GetGroupActivityRequest(activity_id=ctx.path_param("activity"))
    found: pb.GetGroupActivityResponse = await ctx.call(ctx.state.services.group_activities.GetGroupActivity, request)
    names = await ctx.person_names([found.activity.organiser_id])
    classes = [(f"{_CAME}{each.key}", each.name) for each in await list_member_classes(ctx)]
    return {"one": _view(ctx, found.activity, names), "classes": [*classes, (f"{_CAME}{GUEST}", ctx.say("activities.guests"))]}


async def _close(ctx: PageContext, fields: Fields, request_id: str) -> str:
    activity, shown = ctx.path_param("activity"), fields["version"]
    version = int(shown) if shown.isdecimal() and len(shown) < 19 else 0
    request = pb.CloseActivityRequest(request_id=request_id, activity_id=activity, version=version)
    for key in [*(each.key for each in await list_member_classes(ctx)), GUEST]:
        request.came.add(member_class=key, came=typed_number(fields.get(f"{_CAME}{key}", "")))
    await ctx.call(ctx.state.services.group_activities.CloseActivity, request)
    return f"{PATH}/{activity}?done=closed"


_NEW = FormPage(
    "together-new",
    "together/new",
    _new_values,
    _announce,
    fields=("kind", "what", "where", "day", "start", "minutes", "places", "step_free", "price"),
    input_by_field={
        **{name: name for name in ("kind", "what", "where", "day", "start", "minutes", "places", "step_free")},
        "price_pence": "price",
    },
)
_CLOSE = FormPage(
    "together-close",
    "together/close",
    _close_values,
    _close,
    fields=("version",),
    prefixes=(_CAME,),
    input_by_field={"came": f"{_CAME}{GUEST}"},
)
PAGES = (
    Page(PATH, show_list, acting=True),
    form_page(f"{PATH}/new", _NEW, Access.MEMBER),
    Page(f"{PATH}/{{activity:uuid}}", show, change, CHANGE, acting=True),
    form_page(f"{PATH}/{{activity:uuid}}/close", _CLOSE, Access.MEMBER),
)
