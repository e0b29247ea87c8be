"""Pages to draft the terms of a vote: question, participants, times; the rest has default values. Saved page by page until it is sent."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from google.protobuf.timestamp_pb2 import Timestamp
from markupsafe import Markup
from starlette.responses import Response

from kith.governance.v1 import votes_pb2 as pb
from libs.refusals import NotSignedIn, Refusal
from services.web.http.forms import Form
from services.web.localisation.refusal_messages import refusal_message
from services.web.page_context import FormProblem, PageContext
from services.web.pages.co_ops.peer_view import PeerView, fetch_own_identity
from services.web.pages.federated_votes import draft_quorums
from services.web.pages.federated_votes.draft_quorums import QuorumScopes
from services.web.pages.federated_votes.saved_draft import (
    ANSWER_FIELDS,
    DRAFT,
    MORE_FIELDS,
    OBSERVER,
    PARTICIPANT,
    QUESTION_FIELDS,
    TIME_FIELDS,
    co_ops_with_role,
    is_small_integer,
    list_active_peers,
    load_fields,
    non_empty_lines,
    parse_group_line,
    parse_integer,
    save_fields,
)

QUESTION, ANSWERS, PARTICIPANTS, TIMES, MORE, SEND = "vote-ask", "vote-answers", "vote-invite", "vote-times", "vote-more", "vote-send"
_OWN_OPTIONS = {"plurality", "approval", "score"}
METHODS = ("yes_no_abstain", "consent", "plurality", "approval", "score")
BASES = ("pooled", "one_co_op_one_vote", "double_majority", "all_co_ops")
BELOW_QUORUM_OPTIONS = ("left_out", "against", "blocks")
AUDIENCES = ("members", "public")
_OPTIONAL_LABELS = {
    "groups": "groups",
    "k": "k",
    "small": "small",
    "settle_minutes": "settle",
    "grace_hours": "grace",
    "window_days": "window",
}
"""Fields that the check page shows only where they differ from the default: field -> its label."""
_BREAK = Markup("<br>")
_USUAL_HOUR, _HOURS = "20:00", range(8, 23)
_USUAL_NOTICE, _USUAL_LENGTH, _USUAL_PREPARATION = 14, 14, 4
"""In days. Each co-op decides first whether it joins, and then makes its list of voters."""
_HOURS_A_DAY = 24


async def show_question(ctx: PageContext) -> Response:
    """First page: the question."""
    return await _question_page(ctx, await load_fields(ctx), [])


async def save_question(ctx: PageContext, form: Form) -> Response:
    """Save the question; missing fields are reported at once."""
    fields = await save_fields(ctx, form, QUESTION_FIELDS)
    problems = [FormProblem(name, refusal_message(ctx.catalogue, reason)) for name, reason in _REASON_IF_MISSING if not fields[name]]
    if problems:
        return await _question_page(ctx, fields, problems, 422)
    return ctx.redirect("/votes/new/answers" if fields["method"] in _OWN_OPTIONS else "/votes/new/who")


_REASON_IF_MISSING = (("question", "TITLE_MISSING"), ("text", "TEXT_MISSING"), ("resolution_type", "RESOLUTION_TYPE_UNKNOWN"))


async def show_answers(ctx: PageContext) -> Response:
    """The options, where they are not yes and no."""
    fields = await load_fields(ctx)
    return _answers_page(ctx, fields, []) if fields["method"] in _OWN_OPTIONS else ctx.redirect("/votes/new/who")


async def save_answers(ctx: PageContext, form: Form) -> Response:
    """Save the options: at least two, and the highest score where people give points."""
    fields = await save_fields(ctx, form, ANSWER_FIELDS)
    problems = [ctx.form_problem("options", "draft.options_missing")] if len(non_empty_lines(fields["options"])) < 2 else []
    if fields["method"] == "score" and not is_small_integer(fields["highest_score"]):
        problems.append(ctx.form_problem("highest_score", "draft.score_missing"))
    return _answers_page(ctx, fields, problems, 422) if problems else ctx.redirect("/votes/new/who")


async def show_participants(ctx: PageContext) -> Response:
    """Second page: who takes part."""
    return await _participants_page(ctx, await load_fields(ctx), [])


async def save_participants(ctx: PageContext, form: Form) -> Response:
    """Save whether each active co-op takes part, watches, or is left out."""
    fields = await save_fields(ctx, form, tuple(f"part-{peer.id}" for peer in await list_active_peers(ctx)))
    if not co_ops_with_role(fields, PARTICIPANT):
        return await _participants_page(
            ctx, fields, [ctx.form_problem(_first_participant_field(await list_active_peers(ctx)), "draft.parts_missing")], 422
        )
    return ctx.redirect("/votes/new/when")


async def show_times(ctx: PageContext) -> Response:
    """Third page: until when, and who settles a dispute."""
    return await _times_page(ctx, await load_fields(ctx), [])


async def save_times(ctx: PageContext, form: Form) -> Response:
    """Save the times; the close lies after the latest opening."""
    fields = await save_fields(ctx, form, TIME_FIELDS)
    closes, opens = _closing_time(ctx, fields), _latest_opening(ctx, fields)
    problems = [ctx.form_problem("close_on", "new_motion.close_missing")] if closes is None else []
    if opens is None or (closes is not None and opens >= closes):
        problems.append(ctx.form_problem("open_on", "draft.open_wrong"))
    if not fields["settlers"]:
        problems.append(ctx.form_problem("settlers", "draft.settlers_missing"))
    return await _times_page(ctx, fields, problems, 422) if problems else ctx.redirect("/votes/new/check")


async def show_more(ctx: PageContext) -> Response:
    """The settings that hardly anybody changes."""
    return _more_page(ctx, await load_fields(ctx), [])


async def save_more(ctx: PageContext, form: Form) -> Response:
    """Save these settings. Numbers are whole; groups are lines `class = group`."""
    fields = await save_fields(ctx, form, MORE_FIELDS)
    whole = ("k", "settle_minutes", "grace_hours", "window_days")
    problems = [ctx.form_problem(name, "draft.number_wrong") for name in whole if fields[name] and not is_small_integer(fields[name])]
    problems += (
        [ctx.form_problem("groups", "draft.groups_wrong")] if any("=" not in line for line in non_empty_lines(fields["groups"])) else []
    )
    problems += (
        [ctx.form_problem("small", "draft.small_wrong")] if any(len(line.split()) != 2 for line in non_empty_lines(fields["small"])) else []
    )
    return _more_page(ctx, fields, problems, 422) if problems else ctx.redirect("/votes/new/check")


async def show_check(ctx: PageContext) -> Response:
    """The whole draft again, before it goes to the other co-ops."""
    return await _check_page(ctx, await load_fields(ctx), [])


async def send(ctx: PageContext, form: Form) -> Response:
    """Send the draft: the other co-ops are asked for their keys; then the terms are fixed and cannot change."""
    fields = await load_fields(ctx)
    closes, opens = _closing_time(ctx, fields), _latest_opening(ctx, fields)
    if closes is None or opens is None:
        return ctx.redirect("/votes/new/when")
    scopes = await draft_quorums.list_scopes(ctx, fields, await draft_quorums.fetch_rulebook(ctx))
    try:
        await ctx.call(ctx.state.services.votes.DraftVote, _request(form, fields, scopes, closes, opens))
    except NotSignedIn:
        raise
    except Refusal as refusal:
        return await _check_page(ctx, fields, ctx.form_problems(refusal), 422)
    await ctx.delete_draft(DRAFT)
    return ctx.redirect("/votes?done=drafted")


def _request(form: Form, fields: Mapping[str, str], scopes: QuorumScopes, closes: datetime, opens: datetime) -> pb.DraftVoteRequest:
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
        options=non_empty_lines(fields["options"]) if own_options else [],
        candidates=non_empty_lines(fields["candidates"]) if own_options else [],
        basis=fields["basis"],
        below_quorum=fields["below_quorum"],
        participants=co_ops_with_role(fields, PARTICIPANT),
        observers=co_ops_with_role(fields, OBSERVER),
        class_groups=[
            pb.ClassGroup(co_op=class_group[0], member_class=class_group[1], group=class_group[2])
            for class_group in map(parse_group_line, non_empty_lines(fields["groups"]))
        ],
        k=parse_integer(fields["k"]),
        small=[pb.Ceiling(co_op=line.split()[0], group=line.split()[1]) for line in non_empty_lines(fields["small"])],
        open_latest=open_latest,
        closes_at=close_at,
        settle_seconds=parse_integer(fields["settle_minutes"]) * 60,
        grace_seconds=parse_integer(fields["grace_hours"]) * 3600,
        window_seconds=parse_integer(fields["window_days"]) * 86_400,
        settlers=fields["settlers"],
        audience=fields["audience"],
        highest_score=parse_integer(fields["highest_score"]) if fields["method"] == "score" else 0,
    )
    draft_quorums.add_quorums(request, fields, scopes)
    return request


async def _question_page(ctx: PageContext, fields: Mapping[str, str], problems: list[FormProblem], code: int = 200) -> Response:
    rules = await draft_quorums.fetch_rulebook(ctx)
    return ctx.render(
        "votes/draft_ask",
        code,
        problems=problems,
        fields=fields,
        kinds=[
            {"value": kind.key, "text": kind.name, "hint": kind.explanation}
            for kind in rules.resolution_types
            if not kind.changes_rulebook and not kind.needs_second_meeting
        ],
        methods=_radio_options(ctx, "method", METHODS),
        form=QUESTION,
    )


def _answers_page(ctx: PageContext, fields: Mapping[str, str], problems: list[FormProblem], code: int = 200) -> Response:
    method = ctx.say(f"method.{fields['method']}")
    return ctx.render("votes/draft_answers", code, problems=problems, fields=fields, method=method, form=ANSWERS)


async def _participants_page(ctx: PageContext, fields: Mapping[str, str], problems: list[FormProblem], code: int = 200) -> Response:
    return ctx.render(
        "votes/draft_who",
        code,
        problems=problems,
        fields=fields,
        co_ops=await list_active_peers(ctx),
        us=await fetch_own_identity(ctx),
        parts_of=_radio_options(ctx, "draft_part", (PARTICIPANT, OBSERVER, "out")),
        form=PARTICIPANTS,
    )


async def _times_page(ctx: PageContext, fields: Mapping[str, str], problems: list[FormProblem], code: int = 200) -> Response:
    kind = draft_quorums.find_resolution_type(fields, await draft_quorums.fetch_rulebook(ctx))
    today, shortest = ctx.local_day(), -(-kind.minimum_open_hours // _HOURS_A_DAY)
    opens = today + timedelta(days=max(_USUAL_NOTICE, kind.notice_days + shortest + _USUAL_PREPARATION))
    length = max(shortest, min(_USUAL_LENGTH, kind.maximum_open_days or _USUAL_LENGTH))
    hours = [
        {"value": f"{hour:02}:00", "text": ctx.format_moment(datetime.combine(today, time(hour), ctx.state.co_op.zone)).partition(", ")[2]}
        for hour in _HOURS
    ]
    shown = dict(fields)
    shown["close_on"] = fields["close_on"] or (opens + timedelta(days=length)).isoformat()
    shown["open_on"] = fields["open_on"] or opens.isoformat()
    return ctx.render(
        "votes/draft_when",
        code,
        problems=problems,
        fields=shown,
        hours=hours,
        usual_hour=_USUAL_HOUR,
        limits=ctx.say("draft.limits", hours=kind.minimum_open_hours, days=kind.maximum_open_days, notice=kind.notice_days)
        if kind.key
        else "",
        form=TIMES,
    )


def _more_page(ctx: PageContext, fields: Mapping[str, str], problems: list[FormProblem], code: int = 200) -> Response:
    return ctx.render(
        "votes/draft_more",
        code,
        problems=problems,
        fields=fields,
        bases=_radio_options(ctx, "basis", BASES),
        below=_radio_options(ctx, "below_quorum", BELOW_QUORUM_OPTIONS),
        audiences=_radio_options(ctx, "audience", AUDIENCES),
        form=MORE,
    )


async def _check_page(ctx: PageContext, fields: Mapping[str, str], problems: list[FormProblem], code: int = 200) -> Response:
    closes, opens = _closing_time(ctx, fields), _latest_opening(ctx, fields)
    if not fields["question"] or closes is None or opens is None or not co_ops_with_role(fields, PARTICIPANT):
        return ctx.redirect("/votes/new")
    rules = await draft_quorums.fetch_rulebook(ctx)
    scopes = await draft_quorums.list_scopes(ctx, fields, rules)
    names = {peer.id: peer.name for peer in await list_active_peers(ctx)}
    return ctx.render(
        "votes/draft_check",
        code,
        problems=problems,
        fields=fields,
        kind={kind.key: kind.name for kind in rules.resolution_types}.get(fields["resolution_type"], ""),
        method=ctx.say(f"method.{fields['method'] or 'yes_no_abstain'}"),
        basis=ctx.say(f"basis.{fields['basis'] or 'pooled'}"),
        parts_said=", ".join(names.get(label, label) for label in co_ops_with_role(fields, PARTICIPANT)),
        watchers=", ".join(names.get(label, label) for label in co_ops_with_role(fields, OBSERVER)),
        turnout=_BREAK.join(line.text for line in draft_quorums.describe_quorums(ctx, fields, rules, scopes)),
        below=ctx.say(f"below_quorum.{fields['below_quorum'] or 'left_out'}") if scopes.co_ops else "",
        option_rows=_describe_options(ctx, fields),
        changed=[
            {"name": ctx.say(f"draft.{label}"), "value": fields[name], "path": "/votes/new/more"}
            for name, label in _OPTIONAL_LABELS.items()
            if fields[name]
        ],
        audience=ctx.say(f"audience.{fields['audience'] or 'members'}"),
        closes=ctx.format_moment(closes),
        opens=ctx.format_moment(opens),
        form=SEND,
    )


def _describe_options(ctx: PageContext, fields: Mapping[str, str]) -> list[dict[str, str]]:
    """The options as rows of the check page, where the question has its own."""
    if fields["method"] not in _OWN_OPTIONS:
        return []
    values = {
        "options": _BREAK.join(non_empty_lines(fields["options"])),
        "candidates": _BREAK.join(non_empty_lines(fields["candidates"])),
        "score": fields["highest_score"] if fields["method"] == "score" else "",
    }
    return [
        {"name": str(ctx.say(f"draft.{label}")), "value": value, "path": "/votes/new/answers"} for label, value in values.items() if value
    ]


def _radio_options(ctx: PageContext, prefix: str, values: tuple[str, ...]) -> list[dict[str, str]]:
    def hint(value: str) -> str:
        key = f"{prefix}.{value}_hint"
        return str(ctx.say(key)) if ctx.catalogue.has(key) else ""

    return [{"value": value, "text": str(ctx.say(f"{prefix}.{value}")), "hint": hint(value)} for value in values]


def _first_participant_field(co_ops: list[PeerView]) -> str:
    return f"part-{co_ops[0].id}" if co_ops else ""


def _closing_time(ctx: PageContext, fields: Mapping[str, str]) -> datetime | None:
    return _local_time(ctx, fields["close_on"], fields["close_time"] or _USUAL_HOUR)


def _latest_opening(ctx: PageContext, fields: Mapping[str, str]) -> datetime | None:
    return _local_time(ctx, fields["open_on"], _USUAL_HOUR)


def _local_time(ctx: PageContext, day: str, hour: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(day), time.fromisoformat(hour), ctx.state.co_op.zone)
    except ValueError:
        return None
