"""Who can see a field of one's record: a form that is one sentence, and its answer read back in words."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from uuid import UUID, uuid5

from starlette.responses import Response

from kith.identity.v1 import record_pb2 as pb
from libs.access import hat_names
from libs.access.record_fields import FIELDS, section_of
from libs.refusals import NotFound
from libs.rpc.fields import timestamp
from services.web.http.forms import Form
from services.web.page_context import PageContext
from services.web.pages.form_page import Fields, FormPage, InvalidFormError, require
from services.web.pages.people_search import find_members
from services.web.pages.records.record_words import fetch_grants, grant_views

STOP = "record-stop"
_PERSON, _HAT, _TEAM, _EVERYBODY, _NOBODY = "person:", "hat:", "team", "members", "nobody"
_GROUPS = {_TEAM: pb.AUDIENCE_KIND_TEAM, _EVERYBODY: pb.AUDIENCE_KIND_MEMBERS}
_NO_END, _LAST_DAY = "no", "day"


async def _values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    field = _require_field(ctx)
    grants = await grant_views(ctx, await fetch_grants(ctx, field))
    typed = ctx.query_param("q") or fields["q"]
    found, problem = await find_members(ctx, typed)
    matches = [{**member, "value": _PERSON + member["value"]} for member in found]
    noun = ctx.say(f"record.noun.{field}")
    return {
        "field": field,
        "section": section_of(field),
        "label": ctx.say(f"record.field.{field}"),
        "noun": noun,
        "grants": grants.get(field, []),
        "typed": typed,
        "found_nobody": bool(typed) and not matches and not problem,
        "search_problem": problem,
        "who": [
            *matches,
            {"value": _TEAM, "text": ctx.say("record.team"), "hint": ctx.say("record.team_hint")},
            *(
                {"value": _HAT + hat, "text": ctx.say(f"record.hat.{hat}"), "hint": ctx.say("record.hat_hint")}
                for hat in hat_names.AUDIENCES
            ),
            {"value": _EVERYBODY, "text": ctx.say("record.everybody"), "hint": ctx.say("record.everybody_hint")},
            {"value": _NOBODY, "text": ctx.say("record.nobody"), "hint": ctx.say("record.nobody_hint")},
        ],
        "ends": [
            {"value": _NO_END, "text": ctx.say("record.no_end"), "hint": ""},
            {"value": _LAST_DAY, "text": ctx.say("record.last_day"), "hint": ""},
        ],
        "done": ctx.query_param("done") if ctx.query_param("done") in {"shared", "stopped"} else "",
    }


async def _share(ctx: PageContext, fields: Fields, request_id: str) -> str:
    field = _require_field(ctx)
    require([] if fields["who"] else [ctx.form_problem("who", "record.who_missing")])
    path = f"/you/record/sharing/{field}"
    if fields["who"] == _NOBODY:
        for grant in await fetch_grants(ctx, field):
            # Sent again, each ends once.
            ending = pb.EndAccessRequest(request_id=str(uuid5(UUID(request_id), grant.grant_id)), grant_id=grant.grant_id)
            await ctx.call(ctx.state.services.records.EndAccess, ending)
        return f"{path}?done=stopped"
    until = _valid_until(ctx, fields)
    request = pb.GiveAccessRequest(
        request_id=request_id,
        fields=[field],
        audience=_audience(fields["who"]),
        valid_until=timestamp(until) if until else None,
    )
    await ctx.call(ctx.state.services.records.GiveAccess, request)
    return f"{path}?done=shared"


async def stop(ctx: PageContext, form: Form) -> Response:
    """End one grant at once."""
    field = _require_field(ctx)
    request = pb.EndAccessRequest(request_id=form.request_id, grant_id=form.text("grant"))
    await ctx.call(ctx.state.services.records.EndAccess, request)
    return ctx.redirect(f"/you/record/sharing/{field}?done=stopped")


def _require_field(ctx: PageContext) -> str:
    field = ctx.path_param("field")
    if field not in FIELDS:
        raise NotFound("FIELD_UNKNOWN")
    return field


def _audience(who: str) -> pb.Audience:
    if who.startswith(_PERSON):
        return pb.Audience(kind=pb.AUDIENCE_KIND_PERSON, person_id=who.removeprefix(_PERSON))
    if who.startswith(_HAT):
        return pb.Audience(kind=pb.AUDIENCE_KIND_HAT, hat=who.removeprefix(_HAT))
    return pb.Audience(kind=_GROUPS.get(who, pb.AUDIENCE_KIND_UNSPECIFIED))


def _valid_until(ctx: PageContext, fields: Fields) -> datetime | None:
    """The end of the last day in the co-op's time zone; None is no end. Raises InvalidFormError."""
    if fields["ends"] == _NO_END:
        return None
    if fields["ends"] != _LAST_DAY:
        raise InvalidFormError([ctx.form_problem("ends", "record.ends_missing")])
    day = ctx.local_moment(fields["until"], "00:00")
    if day is None:
        raise InvalidFormError([ctx.refusal_problem("until", "DATE_MALFORMED")])
    try:
        return datetime.combine(day.date() + timedelta(days=1), time(), ctx.state.co_op.zone)
    except OverflowError as error:
        raise InvalidFormError([ctx.refusal_problem("until", "DATE_MALFORMED")]) from error


SHARING = FormPage(
    "record-sharing",
    "records/sharing",
    _values,
    _share,
    fields=("who", "ends", "until", "q"),
    input_by_field={"audience": "who", "valid_until": "until"},
)
