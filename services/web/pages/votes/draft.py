"""Writing the terms of a vote: what it asks, who takes part, until when; the rest has usual values. Kept in parts until it is sent."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from google.protobuf.timestamp_pb2 import Timestamp
from starlette.responses import Response

from kith.governance.v1 import governance_pb2 as gov
from kith.governance.v1 import votes_pb2 as pb
from libs.refusals import NotSignedIn, Refusal
from services.web.door.forms import Form
from services.web.pages.co_ops.view import CoOpView, own, peers, view
from services.web.visit import Problem, Visit
from services.web.words.refusals import sentence

ASK, INVITE, TIMES, MORE, SEND = "vote-ask", "vote-invite", "vote-times", "vote-more", "vote-send"
_DRAFT = "vote-draft"
_ASK = ("question", "text", "resolution_type", "method", "options", "candidates", "highest_score")
_TIMES = ("close_on", "close_time", "open_on", "settlers")
_MORE = ("basis", "below_quorum", "k", "groups", "small", "settle_minutes", "grace_hours", "window_days", "audience")
_OWN_OPTIONS = {"plurality", "approval", "score"}
METHODS = ("yes_no_abstain", "consent", "plurality", "approval", "score")
BASES = ("pooled", "one_co_op_one_vote", "double_majority", "all_co_ops")
BELOW = ("left_out", "against", "blocks")
AUDIENCES = ("members", "public")
_USUAL_HOUR, _HOURS = "20:00", range(8, 23)
_USUAL_LENGTH, _USUAL_OPENING = timedelta(days=28), timedelta(days=14)


async def show_ask(visit: Visit) -> Response:
    """First: the question."""
    return await _ask(visit, await _kept(visit), [])


async def ask(visit: Visit, form: Form) -> Response:
    """What can be seen to be missing is said at once."""
    fields = await _keep(visit, form, _ASK)
    problems = [Problem(name, sentence(visit.words, reason)) for name, reason in _MISSING if not fields[name]]
    if fields["method"] in _OWN_OPTIONS and len(_lines(fields["options"])) < 2:
        problems.append(visit.problem("options", "draft.options_missing"))
    if fields["method"] == "score" and not fields["highest_score"].isdecimal():
        problems.append(visit.problem("highest_score", "draft.score_missing"))
    return await _ask(visit, fields, problems, 422) if problems else visit.go("/votes/new/who")


_MISSING = (("question", "TITLE_MISSING"), ("text", "TEXT_MISSING"), ("resolution_type", "RESOLUTION_TYPE_UNKNOWN"))


async def show_invite(visit: Visit) -> Response:
    """Second: who takes part."""
    return await _invite(visit, await _kept(visit), [])


async def invite(visit: Visit, form: Form) -> Response:
    """Each active co-op takes part, watches, or is left out."""
    fields = await _keep(visit, form, tuple(f"part-{one.id}" for one in await _active(visit)))
    if not _parts(fields, "part"):
        return await _invite(visit, fields, [visit.problem(_first_part(await _active(visit)), "draft.parts_missing")], 422)
    return visit.go("/votes/new/when")


async def show_times(visit: Visit) -> Response:
    """Third: until when, and who settles a dispute."""
    return _times(visit, await _kept(visit), [])


async def times(visit: Visit, form: Form) -> Response:
    """The close lies after the latest opening."""
    fields = await _keep(visit, form, _TIMES)
    closes, opens = _close(visit, fields), _open(visit, fields)
    problems = [visit.problem("close_on", "new_motion.close_missing")] if closes is None else []
    if opens is None or (closes is not None and opens >= closes):
        problems.append(visit.problem("open_on", "draft.open_wrong"))
    if not fields["settlers"]:
        problems.append(visit.problem("settlers", "draft.settlers_missing"))
    return _times(visit, fields, problems, 422) if problems else visit.go("/votes/new/check")


async def show_more(visit: Visit) -> Response:
    """What hardly anybody changes."""
    return _more(visit, await _kept(visit), [])


async def more(visit: Visit, form: Form) -> Response:
    """Numbers are whole; groups are lines `class = group`."""
    fields = await _keep(visit, form, _MORE)
    whole = ("k", "settle_minutes", "grace_hours", "window_days")
    problems = [visit.problem(name, "draft.number_wrong") for name in whole if fields[name] and not _is_number(fields[name])]
    problems += [visit.problem("groups", "draft.groups_wrong")] if any("=" not in line for line in _lines(fields["groups"])) else []
    problems += [visit.problem("small", "draft.small_wrong")] if any(len(line.split()) != 2 for line in _lines(fields["small"])) else []
    return _more(visit, fields, problems, 422) if problems else visit.go("/votes/new/check")


async def show_check(visit: Visit) -> Response:
    """Everything again, before it goes to the others."""
    return await _check(visit, await _kept(visit), [])


async def send(visit: Visit, form: Form) -> Response:
    """The others are asked for their keys; then the terms are made, and no word of them can change."""
    fields = await _kept(visit)
    closes, opens = _close(visit, fields), _open(visit, fields)
    if closes is None or opens is None:
        return visit.go("/votes/new/when")
    try:
        await visit.ask(visit.front.services.votes.DraftVote, _request(form, fields, closes, opens))
    except NotSignedIn:
        raise
    except Refusal as refusal:
        return await _check(visit, fields, visit.problems(refusal), 422)
    await visit.drop_draft(_DRAFT)
    return visit.go("/votes?done=drafted")


def _request(form: Form, fields: Mapping[str, str], closes: datetime, opens: datetime) -> pb.DraftVoteRequest:
    close_at, open_latest = Timestamp(), Timestamp()
    close_at.FromDatetime(closes)
    open_latest.FromDatetime(opens)
    own_options = fields["method"] in _OWN_OPTIONS
    return pb.DraftVoteRequest(
        request_id=form.request_id,
        question=fields["question"],
        text=fields["text"],
        resolution_type=fields["resolution_type"],
        method=fields["method"],
        options=_lines(fields["options"]) if own_options else [],
        candidates=_lines(fields["candidates"]) if own_options else [],
        basis=fields["basis"],
        below_quorum=fields["below_quorum"],
        participants=_parts(fields, "part"),
        observers=_parts(fields, "watch"),
        class_groups=[_class_group(line) for line in _lines(fields["groups"])],
        k=_number(fields["k"]),
        small=[pb.Ceiling(co_op=line.split()[0], group=line.split()[1]) for line in _lines(fields["small"])],
        open_latest=open_latest,
        closes_at=close_at,
        settle_seconds=_number(fields["settle_minutes"]) * 60,
        grace_seconds=_number(fields["grace_hours"]) * 3600,
        window_seconds=_number(fields["window_days"]) * 86_400,
        settlers=fields["settlers"],
        audience=fields["audience"],
        highest_score=_number(fields["highest_score"]) if fields["method"] == "score" else 0,
    )


def _class_group(line: str) -> pb.ClassGroup:
    """`class = group`, or `co-op class = group` for one co-op alone."""
    left, _, group = line.partition("=")
    words = left.split()
    return pb.ClassGroup(co_op=words[0] if len(words) > 1 else "", member_class=words[-1] if words else "", group=group.strip())


async def _ask(visit: Visit, fields: Mapping[str, str], problems: list[Problem], code: int = 200) -> Response:
    rules: gov.GetRulebookResponse = await visit.ask(visit.front.services.governance.GetRulebook, gov.GetRulebookRequest())
    return visit.page(
        "votes/draft_ask",
        code,
        problems=problems,
        fields=fields,
        kinds=[{"value": one.key, "text": one.name, "hint": one.explanation} for one in rules.resolution_types if not one.changes_rulebook],
        methods=_said(visit, "method", METHODS),
        form=ASK,
    )


async def _invite(visit: Visit, fields: Mapping[str, str], problems: list[Problem], code: int = 200) -> Response:
    return visit.page(
        "votes/draft_who",
        code,
        problems=problems,
        fields=fields,
        co_ops=await _active(visit),
        us=await own(visit),
        parts_of=_said(visit, "draft_part", ("part", "watch", "out")),
        form=INVITE,
    )


def _times(visit: Visit, fields: Mapping[str, str], problems: list[Problem], code: int = 200) -> Response:
    today = visit.local_day()
    hours = [
        {"value": f"{hour:02}:00", "text": visit.moment(datetime.combine(today, time(hour), visit.front.co_op.zone)).partition(", ")[2]}
        for hour in _HOURS
    ]
    shown = dict(fields)
    shown["close_on"] = fields["close_on"] or (today + _USUAL_LENGTH).isoformat()
    shown["open_on"] = fields["open_on"] or (today + _USUAL_OPENING).isoformat()
    return visit.page("votes/draft_when", code, problems=problems, fields=shown, hours=hours, usual_hour=_USUAL_HOUR, form=TIMES)


def _more(visit: Visit, fields: Mapping[str, str], problems: list[Problem], code: int = 200) -> Response:
    return visit.page(
        "votes/draft_more",
        code,
        problems=problems,
        fields=fields,
        bases=_said(visit, "basis", BASES),
        below=_said(visit, "below_quorum", BELOW),
        audiences=_said(visit, "audience", AUDIENCES),
        form=MORE,
    )


async def _check(visit: Visit, fields: Mapping[str, str], problems: list[Problem], code: int = 200) -> Response:
    closes, opens = _close(visit, fields), _open(visit, fields)
    if not fields["question"] or closes is None or opens is None or not _parts(fields, "part"):
        return visit.go("/votes/new")
    rules: gov.GetRulebookResponse = await visit.ask(visit.front.services.governance.GetRulebook, gov.GetRulebookRequest())
    names = {one.id: one.name for one in await _active(visit)}
    return visit.page(
        "votes/draft_check",
        code,
        problems=problems,
        fields=fields,
        kind={one.key: one.name for one in rules.resolution_types}.get(fields["resolution_type"], ""),
        method=visit.say(f"method.{fields['method'] or 'yes_no_abstain'}"),
        basis=visit.say(f"basis.{fields['basis'] or 'pooled'}"),
        parts_said=", ".join(names.get(one, one) for one in _parts(fields, "part")),
        watchers=", ".join(names.get(one, one) for one in _parts(fields, "watch")),
        closes=visit.moment(closes),
        opens=visit.moment(opens),
        form=SEND,
    )


def _said(visit: Visit, what: str, values: tuple[str, ...]) -> list[dict[str, str]]:
    def hint(value: str) -> str:
        key = f"{what}.{value}_hint"
        return str(visit.say(key)) if visit.words.knows(key) else ""

    return [{"value": one, "text": str(visit.say(f"{what}.{one}")), "hint": hint(one)} for one in values]


async def _active(visit: Visit) -> list[CoOpView]:
    return [one for one in (view(visit, peer) for peer in await peers(visit)) if one.state == "active"]


def _first_part(co_ops: list[CoOpView]) -> str:
    return f"part-{co_ops[0].id}" if co_ops else ""


async def _kept(visit: Visit) -> dict[str, str]:
    """Every field, empty where nothing was said yet."""
    return dict.fromkeys((*_ASK, *_TIMES, *_MORE), "") | dict(await visit.draft(_DRAFT))


async def _keep(visit: Visit, form: Form, names: tuple[str, ...]) -> dict[str, str]:
    fields = await _kept(visit) | {name: form.text(name) for name in names}
    await visit.keep_draft(_DRAFT, fields)
    return fields


def _parts(fields: Mapping[str, str], role: str) -> list[str]:
    return sorted(name.removeprefix("part-") for name, value in fields.items() if name.startswith("part-") and value == role)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) < 7


def _number(text: str) -> int:
    return int(text) if _is_number(text) else 0


def _close(visit: Visit, fields: Mapping[str, str]) -> datetime | None:
    return _at(visit, fields["close_on"], fields["close_time"] or _USUAL_HOUR)


def _open(visit: Visit, fields: Mapping[str, str]) -> datetime | None:
    return _at(visit, fields["open_on"], _USUAL_HOUR)


def _at(visit: Visit, day: str, hour: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(day), time.fromisoformat(hour), visit.front.co_op.zone)
    except ValueError:
        return None
