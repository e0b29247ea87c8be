"""Putting a motion: the secretary writes it, checks it, and opens it. The roll is frozen when it is opened."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from google.protobuf.timestamp_pb2 import Timestamp
from starlette.responses import Response

from kith.governance.v1 import governance_pb2 as pb
from libs.refusals import Refusal
from services.web.door.forms import Form
from services.web.visit import Problem, Visit
from services.web.words import counting
from services.web.words.refusals import sentence

WRITE, OPEN = "motion-write", "motion-open"
_DRAFT = "motion"
_FIELDS = (
    "title", "text", "for_means", "against_means", "easy_title", "easy_text", "resolution_type", "closes_on", "closes_time",
    "rulebook_text",
)  # fmt: skip
_INPUTS = {"closes_at": "closes_on", "opens_at": "closes_on"}
_HOURS = range(8, 23)
_USUAL_HOUR = "20:00"


async def show(visit: Visit) -> Response:
    """The form, with what was written before."""
    return await _form(visit, dict(await visit.draft(_DRAFT)), [])


async def write(visit: Visit, form: Form) -> Response:
    """What can be seen to be missing is said at once; the rest the rulebook decides when it is opened."""
    fields = {name: form.text(name) for name in _FIELDS}
    await visit.keep_draft(_DRAFT, fields)
    problems = [Problem(name, sentence(visit.words, f"{name.upper()}_MISSING")) for name in ("title", "text") if not fields[name]]
    if not fields["resolution_type"]:
        problems.append(visit.problem("resolution_type", "new_motion.kind_missing"))
    if closing(visit, fields) is None:
        problems.append(visit.problem("closes_on", "new_motion.close_missing"))
    return await _form(visit, fields, problems, 422) if problems else visit.go("/motions/new/check")


async def show_check(visit: Visit) -> Response:
    """Everything again, before the members see it."""
    return await _check(visit, dict(await visit.draft(_DRAFT)), [])


async def open_it(visit: Visit, form: Form) -> Response:
    """Put it to the members."""
    fields = dict(await visit.draft(_DRAFT))
    closes = closing(visit, fields)
    if closes is None:
        return visit.go("/motions/new")
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
        answer: pb.OpenMotionResponse = await visit.ask(visit.front.services.governance.OpenMotion, request)
    except Refusal as refusal:
        return await _form(visit, fields, visit.problems(refusal, _INPUTS), 422)
    await visit.drop_draft(_DRAFT)
    return visit.go(f"/motions/{answer.motion_id}")


def closing(visit: Visit, fields: Mapping[str, str]) -> datetime | None:
    """The close in UTC, read in the co-op's zone."""
    try:
        day, hour = date.fromisoformat(fields.get("closes_on", "")), time.fromisoformat(fields.get("closes_time", "") or _USUAL_HOUR)
    except ValueError:
        return None
    return datetime.combine(day, hour, visit.front.co_op.zone)


async def _form(visit: Visit, fields: Mapping[str, str], problems: list[Problem], code: int = 200) -> Response:
    rules: pb.GetRulebookResponse = await visit.ask(visit.front.services.governance.GetRulebook, pb.GetRulebookRequest())
    names = {one.key: one.name for one in rules.classes}
    first = rules.resolution_types[0] if rules.resolution_types else pb.ResolutionType()
    suggested = visit.local_day() + timedelta(days=first.notice_days + max(7, -(-first.minimum_open_hours // 24)))
    return visit.page(
        "motion_new",
        code,
        problems=problems,
        fields={name: fields.get(name, "") for name in _FIELDS},
        suggested=suggested.isoformat(),
        kinds=[
            {
                "value": one.key,
                "text": one.name,
                "hint": " ".join(
                    [
                        one.explanation,
                        *(str(line.text) for line in counting.threshold(visit.words, one.counting)),
                        str(
                            visit.say("new_motion.limits", hours=one.minimum_open_hours, days=one.maximum_open_days, notice=one.notice_days)
                        ),
                    ]
                ),
            }
            for one in rules.resolution_types
        ],
        hours=[{"value": f"{hour:02}:00", "text": _hour(visit, hour)} for hour in _HOURS],
        names=names,
        form=WRITE,
    )


def _hour(visit: Visit, hour: int) -> str:
    at = datetime.combine(visit.local_day(), time(hour), visit.front.co_op.zone)
    return visit.moment(at).partition(", ")[2]


async def _check(visit: Visit, fields: Mapping[str, str], problems: list[Problem]) -> Response:
    closes = closing(visit, fields)
    if closes is None or not fields.get("title"):
        return visit.go("/motions/new")
    rules: pb.GetRulebookResponse = await visit.ask(visit.front.services.governance.GetRulebook, pb.GetRulebookRequest())
    kinds = {one.key: one for one in rules.resolution_types}
    kind = kinds.get(fields["resolution_type"], pb.ResolutionType())
    opens = visit.moment(visit.now + timedelta(days=kind.notice_days)) if kind.notice_days else str(visit.say("new_motion.at_once"))
    return visit.page(
        "motion_check",
        problems=problems,
        fields={name: fields.get(name, "") for name in _FIELDS},
        kind=kind.name,
        opens=opens,
        closes=visit.moment(closes),
        form=OPEN,
    )
