"""Opening a motion: the secretary writes it, checks it, and opens it, which freezes the roll."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from markupsafe import Markup

from kith.governance.v1 import governance_pb2 as pb
from services.web.localisation import counting_rules
from services.web.localisation.refusal_messages import refusal_message
from services.web.page_context import FormProblem, PageContext
from services.web.pages.form_page import Fields, FormDraft, FormPage, RedirectToPage, require
from services.web.pages.rulebook_lookup import fetch_rulebook

_FIELDS = (
    "title", "text", "for_means", "against_means", "easy_title", "easy_text", "resolution_type", "closes_on", "closes_time",
    "rulebook_text",
)  # fmt: skip
_DRAFT = FormDraft("motion", _FIELDS)
_INPUT_BY_FIELD = {"closes_at": "closes_on", "opens_at": "closes_on"}
_HOURS = range(8, 23)
_USUAL_HOUR = "20:00"


async def _save(ctx: PageContext, fields: Fields, _request_id: str) -> str:
    """Missing fields are reported at once; the rulebook checks the rest when the motion is opened."""
    problems = [
        FormProblem(name, refusal_message(ctx.catalogue, f"{name.upper()}_MISSING")) for name in ("title", "text") if not fields[name]
    ]
    if not fields["resolution_type"]:
        problems.append(ctx.form_problem("resolution_type", "new_motion.kind_missing"))
    if closing_time(ctx, fields) is None:
        problems.append(ctx.form_problem("closes_on", "new_motion.close_missing"))
    require(problems)
    return "/motions/new/check"


async def _open_motion(ctx: PageContext, fields: Fields, request_id: str) -> str:
    closes = closing_time(ctx, fields)
    if closes is None:
        raise RedirectToPage("/motions/new")
    at = Timestamp()
    at.FromDatetime(closes)
    sent: dict[str, Any] = {name: fields[name] for name in _FIELDS if not name.startswith("closes_")}
    request = pb.OpenMotionRequest(request_id=request_id, closes_at=at, **sent)
    response: pb.OpenMotionResponse = await ctx.call(ctx.state.services.governance.OpenMotion, request)
    return f"/motions/{response.motion_id}"


def closing_time(ctx: PageContext, fields: Fields) -> datetime | None:
    """The closing time in the co-op's time zone; None when the fields are no date and time."""
    return ctx.local_moment(fields["closes_on"], fields["closes_time"] or _USUAL_HOUR)


async def _form_values(ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    rules = await fetch_rulebook(ctx)
    kinds = [kind for kind in rules.resolution_types if not kind.needs_second_meeting]
    first = kinds[0] if kinds else pb.ResolutionType()
    suggested = ctx.local_day() + timedelta(days=first.notice_days + max(7, -(-first.minimum_open_hours // 24)))
    return {
        "suggested": suggested.isoformat(),
        "kinds": [{"value": kind.key, "text": kind.name, "hint": _describe_kind(ctx, kind)} for kind in kinds],
        "two_meetings": [kind.name for kind in rules.resolution_types if kind.needs_second_meeting],
        "days": ctx.day_choices(*_possible_days(kinds)),
        "hours": hour_choices(ctx),
    }


def _possible_days(kinds: Sequence[pb.ResolutionType]) -> list[int]:
    """Which of today (0) and tomorrow (1) can be the last day of some kind of motion."""
    soonest = min((kind.notice_days * 24 + kind.minimum_open_hours for kind in kinds), default=0)
    return [day for day in (0, 1) if soonest <= 24 * day]


def _describe_kind(ctx: PageContext, kind: pb.ResolutionType) -> Markup:
    lines = [line.text for line in counting_rules.describe_threshold(ctx.catalogue, kind.counting)]
    limits = ctx.say("new_motion.limits", hours=kind.minimum_open_hours, days=kind.maximum_open_days, notice=kind.notice_days)
    return Markup(" ").join([kind.explanation, *lines, limits])


def hour_choices(ctx: PageContext) -> list[dict[str, str]]:
    """The hours at which a vote may close, as options of a field."""
    times = [datetime.combine(ctx.local_day(), time(hour), ctx.state.co_op.zone) for hour in _HOURS]
    return [{"value": f"{at:%H:%M}", "text": ctx.format_moment(at).partition(", ")[2]} for at in times]


async def _check_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    closes = closing_time(ctx, fields)
    if closes is None or not fields["title"]:
        raise RedirectToPage("/motions/new")
    rules = await fetch_rulebook(ctx)
    kinds = {kind.key: kind for kind in rules.resolution_types}
    kind = kinds.get(fields["resolution_type"], pb.ResolutionType())
    opens = ctx.format_moment(ctx.now + timedelta(days=kind.notice_days)) if kind.notice_days else str(ctx.say("new_motion.at_once"))
    return {"kind": kind.name, "opens": opens, "closes": ctx.format_moment(closes)}


WRITE = FormPage("motion-write", "motion_new", _form_values, _save, fields=_FIELDS, draft=_DRAFT, input_by_field=_INPUT_BY_FIELD)
OPEN = FormPage("motion-open", "motion_check", _check_values, _open_motion, draft=_DRAFT, ends_draft=True, shown_again=WRITE)
