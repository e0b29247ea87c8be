"""Writing the terms of a vote: what it asks, who takes part, until when; the rest has usual values. Kept in parts until it is sent."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from google.protobuf.timestamp_pb2 import Timestamp
from markupsafe import Markup
from starlette.responses import Response

from kith.governance.v1 import votes_pb2 as pb
from libs.refusals import NotSignedIn, Refusal
from services.web.door.forms import Form
from services.web.pages.co_ops.view import CoOpView, own
from services.web.pages.votes import draft_turnout
from services.web.pages.votes.draft_kept import (
    ANSWER_FIELDS,
    ASK_FIELDS,
    DRAFT,
    MORE_FIELDS,
    TAKES_PART,
    TIME_FIELDS,
    WATCHES,
    active,
    group_line,
    is_number,
    keep,
    kept,
    lines,
    number,
    parts,
)
from services.web.pages.votes.draft_turnout import Places
from services.web.visit import Problem, Visit
from services.web.words.refusals import sentence

ASK, ANSWERS, INVITE, TIMES, MORE, SEND = "vote-ask", "vote-answers", "vote-invite", "vote-times", "vote-more", "vote-send"
_OWN_OPTIONS = {"plurality", "approval", "score"}
METHODS = ("yes_no_abstain", "consent", "plurality", "approval", "score")
BASES = ("pooled", "one_co_op_one_vote", "double_majority", "all_co_ops")
BELOW = ("left_out", "against", "blocks")
AUDIENCES = ("members", "public")
_CHANGED = {"groups": "groups", "k": "k", "small": "small", "settle_minutes": "settle", "grace_hours": "grace", "window_days": "window"}
"""What is shown before it is sent only where it is not the usual: field -> its label."""
_BREAK = Markup("<br>")
_USUAL_HOUR, _HOURS = "20:00", range(8, 23)
_USUAL_NOTICE, _USUAL_LENGTH, _TO_GET_READY = 14, 14, 4
"""In days. Each co-op decides first whether it joins, and then makes its list of voters."""
_HOURS_A_DAY = 24


async def show_ask(visit: Visit) -> Response:
    """First: the question."""
    return await _ask(visit, await kept(visit), [])


async def ask(visit: Visit, form: Form) -> Response:
    """What can be seen to be missing is said at once."""
    fields = await keep(visit, form, ASK_FIELDS)
    problems = [Problem(name, sentence(visit.words, reason)) for name, reason in _MISSING if not fields[name]]
    if problems:
        return await _ask(visit, fields, problems, 422)
    return visit.go("/votes/new/answers" if fields["method"] in _OWN_OPTIONS else "/votes/new/who")


_MISSING = (("question", "TITLE_MISSING"), ("text", "TEXT_MISSING"), ("resolution_type", "RESOLUTION_TYPE_UNKNOWN"))


async def show_answers(visit: Visit) -> Response:
    """What there is to choose from, where it is not yes and no."""
    fields = await kept(visit)
    return _answers(visit, fields, []) if fields["method"] in _OWN_OPTIONS else visit.go("/votes/new/who")


async def answers(visit: Visit, form: Form) -> Response:
    """Two at least; where people give points, how many."""
    fields = await keep(visit, form, ANSWER_FIELDS)
    problems = [visit.problem("options", "draft.options_missing")] if len(lines(fields["options"])) < 2 else []
    if fields["method"] == "score" and not is_number(fields["highest_score"]):
        problems.append(visit.problem("highest_score", "draft.score_missing"))
    return _answers(visit, fields, problems, 422) if problems else visit.go("/votes/new/who")


async def show_invite(visit: Visit) -> Response:
    """Second: who takes part."""
    return await _invite(visit, await kept(visit), [])


async def invite(visit: Visit, form: Form) -> Response:
    """Each active co-op takes part, watches, or is left out."""
    fields = await keep(visit, form, tuple(f"part-{one.id}" for one in await active(visit)))
    if not parts(fields, TAKES_PART):
        return await _invite(visit, fields, [visit.problem(_first_part(await active(visit)), "draft.parts_missing")], 422)
    return visit.go("/votes/new/when")


async def show_times(visit: Visit) -> Response:
    """Third: until when, and who settles a dispute."""
    return await _times(visit, await kept(visit), [])


async def times(visit: Visit, form: Form) -> Response:
    """The close lies after the latest opening."""
    fields = await keep(visit, form, TIME_FIELDS)
    closes, opens = _close(visit, fields), _open(visit, fields)
    problems = [visit.problem("close_on", "new_motion.close_missing")] if closes is None else []
    if opens is None or (closes is not None and opens >= closes):
        problems.append(visit.problem("open_on", "draft.open_wrong"))
    if not fields["settlers"]:
        problems.append(visit.problem("settlers", "draft.settlers_missing"))
    return await _times(visit, fields, problems, 422) if problems else visit.go("/votes/new/check")


async def show_more(visit: Visit) -> Response:
    """What hardly anybody changes."""
    return _more(visit, await kept(visit), [])


async def more(visit: Visit, form: Form) -> Response:
    """Numbers are whole; groups are lines `class = group`."""
    fields = await keep(visit, form, MORE_FIELDS)
    whole = ("k", "settle_minutes", "grace_hours", "window_days")
    problems = [visit.problem(name, "draft.number_wrong") for name in whole if fields[name] and not is_number(fields[name])]
    problems += [visit.problem("groups", "draft.groups_wrong")] if any("=" not in line for line in lines(fields["groups"])) else []
    problems += [visit.problem("small", "draft.small_wrong")] if any(len(line.split()) != 2 for line in lines(fields["small"])) else []
    return _more(visit, fields, problems, 422) if problems else visit.go("/votes/new/check")


async def show_check(visit: Visit) -> Response:
    """Everything again, before it goes to the others."""
    return await _check(visit, await kept(visit), [])


async def send(visit: Visit, form: Form) -> Response:
    """The others are asked for their keys; then the terms are made, and no word of them can change."""
    fields = await kept(visit)
    closes, opens = _close(visit, fields), _open(visit, fields)
    if closes is None or opens is None:
        return visit.go("/votes/new/when")
    places = await draft_turnout.places_of(visit, fields, await draft_turnout.rules_of(visit))
    try:
        await visit.ask(visit.front.services.votes.DraftVote, _request(form, fields, places, closes, opens))
    except NotSignedIn:
        raise
    except Refusal as refusal:
        return await _check(visit, fields, visit.problems(refusal), 422)
    await visit.drop_draft(DRAFT)
    return visit.go("/votes?done=drafted")


def _request(form: Form, fields: Mapping[str, str], places: Places, closes: datetime, opens: datetime) -> pb.DraftVoteRequest:
    close_at, open_latest = Timestamp(), Timestamp()
    close_at.FromDatetime(closes)
    open_latest.FromDatetime(opens)
    own_options = fields["method"] in _OWN_OPTIONS
    request = pb.DraftVoteRequest(
        request_id=form.request_id,
        question=fields["question"],
        text=fields["text"],
        resolution_type=fields["resolution_type"],
        method=fields["method"],
        options=lines(fields["options"]) if own_options else [],
        candidates=lines(fields["candidates"]) if own_options else [],
        basis=fields["basis"],
        below_quorum=fields["below_quorum"],
        participants=parts(fields, TAKES_PART),
        observers=parts(fields, WATCHES),
        class_groups=[pb.ClassGroup(co_op=one[0], member_class=one[1], group=one[2]) for one in map(group_line, lines(fields["groups"]))],
        k=number(fields["k"]),
        small=[pb.Ceiling(co_op=line.split()[0], group=line.split()[1]) for line in lines(fields["small"])],
        open_latest=open_latest,
        closes_at=close_at,
        settle_seconds=number(fields["settle_minutes"]) * 60,
        grace_seconds=number(fields["grace_hours"]) * 3600,
        window_seconds=number(fields["window_days"]) * 86_400,
        settlers=fields["settlers"],
        audience=fields["audience"],
        highest_score=number(fields["highest_score"]) if fields["method"] == "score" else 0,
    )
    draft_turnout.ask(request, fields, places)
    return request


async def _ask(visit: Visit, fields: Mapping[str, str], problems: list[Problem], code: int = 200) -> Response:
    rules = await draft_turnout.rules_of(visit)
    return visit.page(
        "votes/draft_ask",
        code,
        problems=problems,
        fields=fields,
        kinds=[{"value": one.key, "text": one.name, "hint": one.explanation} for one in rules.resolution_types if not one.changes_rulebook],
        methods=_said(visit, "method", METHODS),
        form=ASK,
    )


def _answers(visit: Visit, fields: Mapping[str, str], problems: list[Problem], code: int = 200) -> Response:
    method = visit.say(f"method.{fields['method']}")
    return visit.page("votes/draft_answers", code, problems=problems, fields=fields, method=method, form=ANSWERS)


async def _invite(visit: Visit, fields: Mapping[str, str], problems: list[Problem], code: int = 200) -> Response:
    return visit.page(
        "votes/draft_who",
        code,
        problems=problems,
        fields=fields,
        co_ops=await active(visit),
        us=await own(visit),
        parts_of=_said(visit, "draft_part", (TAKES_PART, WATCHES, "out")),
        form=INVITE,
    )


async def _times(visit: Visit, fields: Mapping[str, str], problems: list[Problem], code: int = 200) -> Response:
    kind = draft_turnout.kind_of(fields, await draft_turnout.rules_of(visit))
    today, shortest = visit.local_day(), -(-kind.minimum_open_hours // _HOURS_A_DAY)
    opens = today + timedelta(days=max(_USUAL_NOTICE, kind.notice_days + shortest + _TO_GET_READY))
    length = max(shortest, min(_USUAL_LENGTH, kind.maximum_open_days or _USUAL_LENGTH))
    hours = [
        {"value": f"{hour:02}:00", "text": visit.moment(datetime.combine(today, time(hour), visit.front.co_op.zone)).partition(", ")[2]}
        for hour in _HOURS
    ]
    shown = dict(fields)
    shown["close_on"] = fields["close_on"] or (opens + timedelta(days=length)).isoformat()
    shown["open_on"] = fields["open_on"] or opens.isoformat()
    return visit.page(
        "votes/draft_when",
        code,
        problems=problems,
        fields=shown,
        hours=hours,
        usual_hour=_USUAL_HOUR,
        limits=visit.say("draft.limits", hours=kind.minimum_open_hours, days=kind.maximum_open_days, notice=kind.notice_days)
        if kind.key
        else "",
        form=TIMES,
    )


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
    if not fields["question"] or closes is None or opens is None or not parts(fields, TAKES_PART):
        return visit.go("/votes/new")
    rules = await draft_turnout.rules_of(visit)
    places = await draft_turnout.places_of(visit, fields, rules)
    names = {one.id: one.name for one in await active(visit)}
    return visit.page(
        "votes/draft_check",
        code,
        problems=problems,
        fields=fields,
        kind={one.key: one.name for one in rules.resolution_types}.get(fields["resolution_type"], ""),
        method=visit.say(f"method.{fields['method'] or 'yes_no_abstain'}"),
        basis=visit.say(f"basis.{fields['basis'] or 'pooled'}"),
        parts_said=", ".join(names.get(one, one) for one in parts(fields, TAKES_PART)),
        watchers=", ".join(names.get(one, one) for one in parts(fields, WATCHES)),
        turnout=_BREAK.join(line.text for line in draft_turnout.in_words(visit, fields, rules, places)),
        below=visit.say(f"below_quorum.{fields['below_quorum'] or 'left_out'}") if places.co_ops else "",
        asked=_options_said(visit, fields),
        changed=[
            {"name": visit.say(f"draft.{one}"), "value": fields[name], "path": "/votes/new/more"}
            for name, one in _CHANGED.items()
            if fields[name]
        ],
        audience=visit.say(f"audience.{fields['audience'] or 'members'}"),
        closes=visit.moment(closes),
        opens=visit.moment(opens),
        form=SEND,
    )


def _options_said(visit: Visit, fields: Mapping[str, str]) -> list[dict[str, str]]:
    """What there is to choose from, where that is the question's own."""
    if fields["method"] not in _OWN_OPTIONS:
        return []
    said = {
        "options": _BREAK.join(lines(fields["options"])),
        "candidates": _BREAK.join(lines(fields["candidates"])),
        "score": fields["highest_score"] if fields["method"] == "score" else "",
    }
    return [{"name": str(visit.say(f"draft.{one}")), "value": value, "path": "/votes/new/answers"} for one, value in said.items() if value]


def _said(visit: Visit, what: str, values: tuple[str, ...]) -> list[dict[str, str]]:
    def hint(value: str) -> str:
        key = f"{what}.{value}_hint"
        return str(visit.say(key)) if visit.words.knows(key) else ""

    return [{"value": one, "text": str(visit.say(f"{what}.{one}")), "hint": hint(one)} for one in values]


def _first_part(co_ops: list[CoOpView]) -> str:
    return f"part-{co_ops[0].id}" if co_ops else ""


def _close(visit: Visit, fields: Mapping[str, str]) -> datetime | None:
    return _at(visit, fields["close_on"], fields["close_time"] or _USUAL_HOUR)


def _open(visit: Visit, fields: Mapping[str, str]) -> datetime | None:
    return _at(visit, fields["open_on"], _USUAL_HOUR)


def _at(visit: Visit, day: str, hour: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(day), time.fromisoformat(hour), visit.front.co_op.zone)
    except ValueError:
        return None
