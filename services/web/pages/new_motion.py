"""Opening a motion: the secretary writes it, checks it, and opens it, which freezes the roll."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from google.protobuf.timestamp_pb2 import Timestamp
from markupsafe import Markup
from starlette.responses import Response

from kith.governance.v1 import governance_pb2 as pb
from libs.refusals import Refusal
from services.web.http.forms import Form
from services.web.localisation import counting_rules
from services.web.localisation.refusal_messages import refusal_message
from services.web.page_context import FormProblem, PageContext

SAVE, OPEN = "motion-write", "motion-open"
_DRAFT = "motion"
_FIELDS = (
    "title", "text", "for_means", "against_means", "easy_title", "easy_text", "resolution_type", "closes_on", "closes_time",
    "rulebook_text",
)  # fmt: skip
_INPUT_BY_FIELD = {"closes_at": "closes_on", "opens_at": "closes_on"}
_HOURS = range(8, 23)
_USUAL_HOUR = "20:00"


async def show(ctx: PageContext) -> Response:
    """The form, with what was written before."""
    return await _form_page(ctx, dict(await ctx.load_draft(_DRAFT)), [])


async def save(ctx: PageContext, form: Form) -> Response:
    """Save the draft. Missing fields are reported at once; the rulebook checks the rest when the motion is opened."""
    fields = {name: form.text(name) for name in _FIELDS}
    await ctx.save_draft(_DRAFT, fields)
    problems = [
        FormProblem(name, refusal_message(ctx.catalogue, f"{name.upper()}_MISSING")) for name in ("title", "text") if not fields[name]
    ]
    if not fields["resolution_type"]:
        problems.append(ctx.form_problem("resolution_type", "new_motion.kind_missing"))
    if closing_time(ctx, fields) is None:
        problems.append(ctx.form_problem("closes_on", "new_motion.close_missing"))
    return await _form_page(ctx, fields, problems, 422) if problems else ctx.redirect("/motions/new/check")


async def show_check(ctx: PageContext) -> Response:
    """The whole motion again, before members see it."""
    return await _check_page(ctx, dict(await ctx.load_draft(_DRAFT)), [])


async def open_motion(ctx: PageContext, form: Form) -> Response:
    """Open the motion for voting."""
    fields = dict(await ctx.load_draft(_DRAFT))
    closes = closing_time(ctx, fields)
    if closes is None:
        return ctx.redirect("/motions/new")
    at = Timestamp()
    at.FromDatetime(closes)
    request = pb.OpenMotionRequest(
        request_id=form.request_id,
        title=fields.get("title", ""),
        text=fields.get("text", ""),
        easy_title=fields.get("easy_title", ""),
        easy_text=fields.get("easy_text", ""),
        resolution_type=fields.get("resolution_type", ""),
        closes_at=at,
        rulebook_text=fields.get("rulebook_text", ""),
        for_means=fields.get("for_means", ""),
        against_means=fields.get("against_means", ""),
    )
    try:
        response: pb.OpenMotionResponse = await ctx.call(ctx.state.services.governance.OpenMotion, request)
    except Refusal as refusal:
        return await _form_page(ctx, fields, ctx.form_problems(refusal, _INPUT_BY_FIELD), 422)
    await ctx.delete_draft(_DRAFT)
    return ctx.redirect(f"/motions/{response.motion_id}")


def closing_time(ctx: PageContext, fields: Mapping[str, str]) -> datetime | None:
    """The closing time in the co-op's time zone; None when the fields are no date and time."""
    try:
        day, hour = date.fromisoformat(fields.get("closes_on", "")), time.fromisoformat(fields.get("closes_time", "") or _USUAL_HOUR)
    except ValueError:
        return None
    return datetime.combine(day, hour, ctx.state.co_op.zone)


async def _form_page(ctx: PageContext, fields: Mapping[str, str], problems: list[FormProblem], code: int = 200) -> Response:
    rules: pb.GetRulebookResponse = await ctx.call(ctx.state.services.governance.GetRulebook, pb.GetRulebookRequest())
    kinds = [kind for kind in rules.resolution_types if not kind.needs_second_meeting]
    first = kinds[0] if kinds else pb.ResolutionType()
    suggested = ctx.local_day() + timedelta(days=first.notice_days + max(7, -(-first.minimum_open_hours // 24)))
    return ctx.render(
        "motion_new",
        code,
        problems=problems,
        fields={name: fields.get(name, "") for name in _FIELDS},
        suggested=suggested.isoformat(),
        kinds=[
            {
                "value": kind.key,
                "text": kind.name,
                "hint": Markup(" ").join(
                    [
                        kind.explanation,
                        *(line.text for line in counting_rules.describe_threshold(ctx.catalogue, kind.counting)),
                        ctx.say("new_motion.limits", hours=kind.minimum_open_hours, days=kind.maximum_open_days, notice=kind.notice_days),
                    ]
                ),
            }
            for kind in kinds
        ],
        two_meetings=[kind.name for kind in rules.resolution_types if kind.needs_second_meeting],
        days=ctx.day_choices(*_possible_days(kinds)),
        hours=[{"value": f"{hour:02}:00", "text": _hour(ctx, hour)} for hour in _HOURS],
        form=SAVE,
    )


def _possible_days(kinds: Sequence[pb.ResolutionType]) -> list[int]:
    """Which of today (0) and tomorrow (1) can be the last day of some kind of motion."""
    soonest = min((kind.notice_days * 24 + kind.minimum_open_hours for kind in kinds), default=0)
    return [day for day in (0, 1) if soonest <= 24 * day]


def _hour(ctx: PageContext, hour: int) -> str:
    at = datetime.combine(ctx.local_day(), time(hour), ctx.state.co_op.zone)
    return ctx.format_moment(at).partition(", ")[2]


async def _check_page(ctx: PageContext, fields: Mapping[str, str], problems: list[FormProblem]) -> Response:
    closes = closing_time(ctx, fields)
    if closes is None or not fields.get("title"):
        return ctx.redirect("/motions/new")
    rules: pb.GetRulebookResponse = await ctx.call(ctx.state.services.governance.GetRulebook, pb.GetRulebookRequest())
    kinds = {kind.key: kind for kind in rules.resolution_types}
    kind = kinds.get(fields["resolution_type"], pb.ResolutionType())
    opens = ctx.format_moment(ctx.now + timedelta(days=kind.notice_days)) if kind.notice_days else str(ctx.say("new_motion.at_once"))
    return ctx.render(
        "motion_check",
        problems=problems,
        fields={name: fields.get(name, "") for name in _FIELDS},
        kind=kind.name,
        opens=opens,
        closes=ctx.format_moment(closes),
        form=OPEN,
    )
