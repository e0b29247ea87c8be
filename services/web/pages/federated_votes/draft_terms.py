"""Pages to draft the terms of a vote: question, participants, times; the rest has default values. Saved page by page until it is sent."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp
from markupsafe import Markup

from kith.governance.v1 import votes_pb2 as pb
from libs.boards.vote_terms import quorum_of_witnesses
from services.web.localisation.refusal_messages import refusal_message
from services.web.page_context import FormProblem, PageContext
from services.web.pages.co_ops.peer_view import fetch_own_identity
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
    non_empty_lines,
    parse_group_line,
    parse_integer,
)
from services.web.pages.form_page import Fields, FormPage, InvalidFormError, RedirectToPage, choices, require
from services.web.pages.new_motion import hour_choices
from services.web.pages.rulebook_lookup import fetch_rulebook

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
_USUAL_HOUR = "20:00"
_USUAL_NOTICE, _USUAL_LENGTH, _USUAL_PREPARATION = 14, 14, 4
"""In days. Each co-op decides first whether it joins, and then makes its list of voters."""
_HOURS_A_DAY = 24
_MOST_WATCHERS = 5
"""With two co-ops two more that watch make q = 2, so that it never takes so many."""


async def _question_values(ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    rules = await fetch_rulebook(ctx)
    kinds = [kind for kind in rules.resolution_types if not kind.changes_rulebook and not kind.needs_second_meeting]
    return {
        "kinds": [{"value": kind.key, "text": kind.name, "hint": kind.explanation} for kind in kinds],
        "methods": choices(ctx, "method", METHODS),
    }


async def _save_question(ctx: PageContext, fields: Fields, _request_id: str) -> str:
    require([FormProblem(name, refusal_message(ctx.catalogue, reason)) for name, reason in _REASON_IF_MISSING if not fields[name]])
    return "/votes/new/answers" if fields["method"] in _OWN_OPTIONS else "/votes/new/who"


_REASON_IF_MISSING = (("question", "TITLE_MISSING"), ("text", "TEXT_MISSING"), ("resolution_type", "RESOLUTION_TYPE_UNKNOWN"))


async def _answers_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    if fields["method"] not in _OWN_OPTIONS:
        raise RedirectToPage("/votes/new/who")
    return {"method": ctx.say(f"method.{fields['method']}")}


async def _save_answers(ctx: PageContext, fields: Fields, _request_id: str) -> str:
    """At least two options, and the highest score where people give points."""
    problems = [ctx.form_problem("options", "draft.options_missing")] if len(non_empty_lines(fields["options"])) < 2 else []
    if fields["method"] == "score" and not is_small_integer(fields["highest_score"]):
        problems.append(ctx.form_problem("highest_score", "draft.score_missing"))
    require(problems)
    return "/votes/new/who"


async def _participants_values(ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    return {
        "co_ops": await list_active_peers(ctx),
        "us": await fetch_own_identity(ctx),
        "parts_of": choices(ctx, "draft_part", (PARTICIPANT, OBSERVER, "out")),
    }


async def _save_participants(ctx: PageContext, fields: Fields, _request_id: str) -> str:
    """Whether each active co-op takes part, watches, or is left out."""
    if not co_ops_with_role(fields, PARTICIPANT):
        first = next((f"part-{peer.id}" for peer in await list_active_peers(ctx)), "")
        raise InvalidFormError([ctx.form_problem(first, "draft.parts_missing")])
    return "/votes/new/when"


async def _times_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    kind = draft_quorums.find_resolution_type(fields, await fetch_rulebook(ctx))
    shortest = -(-kind.minimum_open_hours // _HOURS_A_DAY)
    opens = ctx.local_day() + timedelta(days=max(_USUAL_NOTICE, kind.notice_days + shortest + _USUAL_PREPARATION))
    closes = opens + timedelta(days=max(shortest, min(_USUAL_LENGTH, kind.maximum_open_days or _USUAL_LENGTH)))
    suggested = {"close_on": fields["close_on"] or closes.isoformat(), "open_on": fields["open_on"] or opens.isoformat()}
    limits = {"hours": kind.minimum_open_hours, "days": kind.maximum_open_days, "notice": kind.notice_days}
    return {
        "fields": {**fields, **suggested},
        "hours": hour_choices(ctx),
        "usual_hour": _USUAL_HOUR,
        "limits": ctx.say("draft.limits", **limits) if kind.key else "",
    }


async def _save_times(ctx: PageContext, fields: Fields, _request_id: str) -> str:
    """The close lies after the latest opening."""
    closes, opens = _closing_time(ctx, fields), _latest_opening(ctx, fields)
    problems = [ctx.form_problem("close_on", "new_motion.close_missing")] if closes is None else []
    if opens is None or (closes is not None and opens >= closes):
        problems.append(ctx.form_problem("open_on", "draft.open_wrong"))
    if not fields["settlers"]:
        problems.append(ctx.form_problem("settlers", "draft.settlers_missing"))
    require(problems)
    return "/votes/new/check"


async def _more_values(ctx: PageContext, _fields: Fields) -> Mapping[str, object]:
    """The settings that hardly anybody changes."""
    return {
        "bases": choices(ctx, "basis", BASES),
        "below": choices(ctx, "below_quorum", BELOW_QUORUM_OPTIONS),
        "audiences": choices(ctx, "audience", AUDIENCES),
    }


async def _save_more(ctx: PageContext, fields: Fields, _request_id: str) -> str:
    """Numbers are whole; groups are lines `class = group`."""
    whole = ("k", "settle_minutes", "grace_hours", "window_days")
    problems = [ctx.form_problem(name, "draft.number_wrong") for name in whole if fields[name] and not is_small_integer(fields[name])]
    if any("=" not in line for line in non_empty_lines(fields["groups"])):
        problems.append(ctx.form_problem("groups", "draft.groups_wrong"))
    if any(len(line.split()) != 2 for line in non_empty_lines(fields["small"])):
        problems.append(ctx.form_problem("small", "draft.small_wrong"))
    require(problems)
    return "/votes/new/check"


async def _send(ctx: PageContext, fields: Fields, request_id: str) -> str:
    """Send the draft: the other co-ops are asked for their keys; then the terms are fixed and cannot change."""
    closes, opens = _closing_time(ctx, fields), _latest_opening(ctx, fields)
    if closes is None or opens is None:
        raise RedirectToPage("/votes/new/when")
    scopes = await draft_quorums.list_scopes(ctx, fields, await fetch_rulebook(ctx))
    await ctx.call(ctx.state.services.votes.DraftVote, _request(request_id, fields, scopes, closes, opens))
    return "/votes?done=drafted"


def _request(request_id: str, fields: Fields, scopes: QuorumScopes, closes: datetime, opens: datetime) -> pb.DraftVoteRequest:
    close_at, open_latest = Timestamp(), Timestamp()
    close_at.FromDatetime(closes)
    open_latest.FromDatetime(opens)
    own_options = fields["method"] in _OWN_OPTIONS
    request = pb.DraftVoteRequest(
        request_id=request_id,
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


async def _check_values(ctx: PageContext, fields: Fields) -> Mapping[str, object]:
    closes, opens = _closing_time(ctx, fields), _latest_opening(ctx, fields)
    if not fields["question"] or closes is None or opens is None or not co_ops_with_role(fields, PARTICIPANT):
        raise RedirectToPage("/votes/new")
    rules = await fetch_rulebook(ctx)
    scopes = await draft_quorums.list_scopes(ctx, fields, rules)
    names = {peer.id: peer.name for peer in await list_active_peers(ctx)}
    return {
        "kind": {kind.key: kind.name for kind in rules.resolution_types}.get(fields["resolution_type"], ""),
        "method": ctx.say(f"method.{fields['method'] or 'yes_no_abstain'}"),
        "basis": ctx.say(f"basis.{fields['basis'] or 'pooled'}"),
        "parts_said": ", ".join(names.get(label, label) for label in co_ops_with_role(fields, PARTICIPANT)),
        "warnings": _witness_warnings(ctx, fields),
        "watchers": ", ".join(names.get(label, label) for label in co_ops_with_role(fields, OBSERVER)),
        "turnout": _BREAK.join(line.text for line in draft_quorums.describe_quorums(ctx, fields, rules, scopes)),
        "below": ctx.say(f"below_quorum.{fields['below_quorum'] or 'left_out'}") if scopes.co_ops else "",
        "option_rows": _describe_options(ctx, fields),
        "changed": [
            {"name": ctx.say(f"draft.{label}"), "value": fields[name], "path": "/votes/new/more"}
            for name, label in _OPTIONAL_LABELS.items()
            if fields[name]
        ],
        "audience": ctx.say(f"audience.{fields['audience'] or 'members'}"),
        "closes": ctx.format_moment(closes),
        "opens": ctx.format_moment(opens),
    }


def _witness_warnings(ctx: PageContext, fields: Fields) -> list[dict[str, str]]:
    """What few witnesses mean: with q = 1 one co-op's word decides, and observers of our own must not fill q."""
    participants, watching = len(co_ops_with_role(fields, PARTICIPANT)) + 1, len(co_ops_with_role(fields, OBSERVER))
    q = quorum_of_witnesses(participants, watching)
    warnings = []
    if q == 1:
        more = next(more for more in range(1, _MOST_WATCHERS) if quorum_of_witnesses(participants, watching + more) > 1)
        text = ctx.say("draft.q_one_text", needed=participants // 2 + 1, more=more)
        warnings.append({"title": str(ctx.say("draft.q_one")), "text": str(text)})
    if watching >= q:
        text = ctx.say("draft.q_own_text", needed=q, count=watching)
        warnings.append({"title": str(ctx.say("draft.q_own")), "text": str(text)})
    return warnings


def _describe_options(ctx: PageContext, fields: Fields) -> list[dict[str, str]]:
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


def _closing_time(ctx: PageContext, fields: Fields) -> datetime | None:
    return ctx.local_moment(fields["close_on"], fields["close_time"] or _USUAL_HOUR)


def _latest_opening(ctx: PageContext, fields: Fields) -> datetime | None:
    return ctx.local_moment(fields["open_on"], _USUAL_HOUR)


QUESTION = FormPage("vote-ask", "votes/draft_ask", _question_values, _save_question, fields=QUESTION_FIELDS, draft=DRAFT)
ANSWERS = FormPage("vote-answers", "votes/draft_answers", _answers_values, _save_answers, fields=ANSWER_FIELDS, draft=DRAFT)
"""The options, where they are not yes and no."""
PARTICIPANTS = FormPage("vote-invite", "votes/draft_who", _participants_values, _save_participants, prefixes=("part-",), draft=DRAFT)
TIMES = FormPage("vote-times", "votes/draft_when", _times_values, _save_times, fields=TIME_FIELDS, draft=DRAFT)
MORE = FormPage("vote-more", "votes/draft_more", _more_values, _save_more, fields=MORE_FIELDS, draft=DRAFT)
SEND = FormPage("vote-send", "votes/draft_check", _check_values, _send, draft=DRAFT, ends_draft=True)
