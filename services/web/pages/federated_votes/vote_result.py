"""The result of a federated vote in a sentence, a drawing and a table that say the same; who signed it, and how to verify it."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from markupsafe import Markup
from starlette.responses import Response

from kith.federation.v1 import federation_pb2 as fed
from libs.refusals import FailedPrecondition, NotFound, Unavailable
from libs.rulebook.counting import Threshold
from services.web.drawings.bar_charts import Bar, BarSegment, bar_chart, share_chart
from services.web.localisation import counting_rules, numbers
from services.web.localisation.catalogue import Sentence
from services.web.page_context import PageContext
from services.web.pages.co_ops.peer_view import list_peers
from services.web.pages.federated_votes import evidence
from services.web.pages.federated_votes.outcome_document import ABSTAIN, Outcome, parse_outcome
from services.web.pages.federated_votes.vote_view import (
    TWO_SIDED_METHODS,
    VoteView,
    fetch_vote_view,
    group_names,
    no_break_hyphens,
    option_label,
)

_MAX_COLUMNS = 6
_STATES_WITH_OUTCOME = {"provisional", "final", "disputed"}
"""Before the final state the outcome is our own co-op's count, and the page says so."""


@dataclass(frozen=True)
class DisplayNames:
    """Names of co-ops and groups on this page."""

    co_ops: Mapping[str, str]
    groups: Mapping[str, str]

    def name_of(self, name: str) -> str:
        """The name of a co-op or a group by its key."""
        return self.co_ops.get(name) or self.groups.get(name) or name

    def row_name(self, co_op: str, group: str) -> str:
        """The name of a co-op's group."""
        return f"{self.name_of(co_op)}: {self.groups.get(group, group)}"


@dataclass(frozen=True)
class ShareResult:
    """A share and the share needed, in words and as a drawing."""

    sentence: str
    needed: Markup
    drawing: Markup


async def show(ctx: PageContext) -> Response:
    """What was decided and by how much; or, before the final state, what happens next."""
    vote = await fetch_vote_view(ctx)
    vote_evidence = await evidence.fetch_evidence(ctx, vote.id)
    response = await _fetch_outcome(ctx, vote)
    names = DisplayNames(vote_evidence.names_by_id if vote_evidence else {}, await group_names(ctx))
    state = vote_evidence.state if vote_evidence else vote.state
    outcome = parse_outcome(response.outcome) if response and response.outcome and state in _STATES_WITH_OUTCOME else None
    return ctx.render(
        "votes/result",
        vote=vote,
        state=state,
        contested=bool(vote_evidence and vote_evidence.contested),
        evidence=vote_evidence,
        outcome=outcome,
        names=names,
        two_sided=vote.method in TWO_SIDED_METHODS,
        hash=response.hash if response else "",
        signers=_signers(response, names) if response else [],
        counted=_count_values(ctx, vote, outcome, names) if outcome else {},
        reasons=_reasons(ctx, outcome, names) if outcome else [],
        secretary=ctx.has_hat("secretary"),
        settlers=vote.terms.settlers if vote.terms else "",
        concluded_from=vote_evidence.concluded_from if vote_evidence else None,
        others=await _addresses_of_others(ctx, vote) if outcome or state == "annulled" else [],
    )


async def _addresses_of_others(ctx: PageContext, vote: VoteView) -> list[tuple[str, str]]:
    """Name and address of every other party that we know, to ask for their bundle. Empty while federation is unavailable."""
    parties = set(vote.terms.by_id) if vote.terms else set()
    try:
        peers = await list_peers(ctx)
    except Unavailable:
        return []
    return [(peer.name or peer.co_op, peer.contact or peer.endpoint) for peer in peers if peer.co_op in parties]


async def _fetch_outcome(ctx: PageContext, vote: VoteView) -> fed.GetOutcomeResponse | None:
    try:
        response: fed.GetOutcomeResponse = await ctx.call(ctx.state.services.evidence.GetOutcome, fed.GetOutcomeRequest(vote_id=vote.id))
    except (Unavailable, NotFound, FailedPrecondition):
        return None
    return response


def _signers(response: fed.GetOutcomeResponse, names: DisplayNames) -> list[tuple[str, bool]]:
    """Who signed, and whether it was this result."""
    return [(names.name_of(signer.co_op), signer.hash == response.hash) for signer in response.signers]


def _count_values(ctx: PageContext, vote: VoteView, outcome: Outcome, names: DisplayNames) -> dict[str, object]:
    table = _two_sided_table(ctx, vote, outcome, names) if vote.method in TWO_SIDED_METHODS else _options_table(ctx, vote, outcome, names)
    has_options = vote.method not in TWO_SIDED_METHODS
    heads = (ctx.say("vote.co_op"), ctx.say("between_result.stance"), *([ctx.say("between_result.answer")] if has_options else []))
    return table | {
        "shares": _share_results(ctx, vote, outcome),
        "co_op_columns": [{"text": text, "number": False} for text in heads],
        "co_ops": [
            [
                no_break_hyphens(names.name_of(co_op)),
                ctx.say(f"stance.{stance}"),
                *([option_label(ctx, vote, choice) if choice else ""] if has_options else []),
            ]
            for co_op, stance, choice in outcome.result.co_ops
        ],
        "agree": outcome.stances["agrees"],
        "winner": option_label(ctx, vote, outcome.result.winner) if outcome.result.winner else "",
    }


def _two_sided_table(ctx: PageContext, vote: VoteView, outcome: Outcome, names: DisplayNames) -> dict[str, object]:
    yes, no = TWO_SIDED_METHODS[vote.method]
    sides = (yes, no, ABSTAIN)
    rows, chart_bars = [], []
    for co_op, group, size, _ in outcome.rolls:
        marks = [outcome.marks(option, co_op=co_op, group=group) for option in sides]
        rows.append(
            [
                no_break_hyphens(names.row_name(co_op, group)),
                *(numbers.format_integer(mark) for mark in marks),
                numbers.format_integer(size),
            ]
        )
        kinds = ("for", "against", "abstained")
        parts = [BarSegment(kind, Fraction(mark), str(ctx.say(f"drawing.{kind}", mark))) for kind, mark in zip(kinds, marks, strict=True)]
        chart_bars.append(Bar(names.row_name(co_op, group), parts))
    total = [outcome.marks(option) for option in sides]
    description = " ".join(ctx.say("drawing.class", name=row[0], yes=row[1], no=row[2], neither=row[3]) for row in rows)
    key = [
        ("for", option_label(ctx, vote, yes)),
        ("against", option_label(ctx, vote, no)),
        ("abstained", str(ctx.say("result.neither"))),
    ]
    return {
        "columns": [
            {"text": text, "number": index > 0}
            for index, text in enumerate(
                (
                    ctx.say("between_result.who"),
                    option_label(ctx, vote, yes),
                    option_label(ctx, vote, no),
                    ctx.say("result.neither"),
                    ctx.say("result.could"),
                )
            )
        ],
        "rows": rows,
        "total": [ctx.say("result.all"), *(numbers.format_integer(number) for number in total), numbers.format_integer(outcome.eligible)],
        "yes": total[0],
        "no": total[1],
        "neither": total[2],
        "drawing": bar_chart(str(ctx.say("between_result.drawing")), description, chart_bars, key),
    }


def _options_table(ctx: PageContext, vote: VoteView, outcome: Outcome, names: DisplayNames) -> dict[str, object]:
    co_ops = list(dict.fromkeys(co_op for co_op, _, _, _ in outcome.rolls))
    columns = co_ops if len(co_ops) <= _MAX_COLUMNS else []
    rows = [
        [
            option_label(ctx, vote, option),
            *(numbers.format_integer(outcome.marks(option, co_op=co_op)) for co_op in columns),
            numbers.format_integer(outcome.marks(option)),
        ]
        for option in vote.options
    ]
    chart_bars = [
        Bar(str(row[0]), [BarSegment("for", Fraction(outcome.marks(option)), str(row[-1]))])
        for option, row in zip(vote.options, rows, strict=True)
    ]
    description = " ".join(f"{row[0]}: {row[-1]}." for row in rows)
    heads = [ctx.say("between_result.answer"), *(names.name_of(co_op) for co_op in columns), ctx.say("result.all")]
    return {
        "columns": [{"text": text, "number": index > 0} for index, text in enumerate(heads)],
        "rows": rows,
        "total": None,
        "drawing": bar_chart(str(ctx.say("between_result.drawing")), description, chart_bars),
    }


def _share_results(ctx: PageContext, vote: VoteView, outcome: Outcome) -> list[ShareResult]:
    rule = vote.terms.rule.counting if vote.terms else None
    if rule is None:
        return []
    figures = (("members/share_for", "members", rule.threshold), ("co_ops/share", "co_ops", rule.co_op_threshold or rule.threshold))
    shares = [(outcome.figure(name), counted_by, threshold) for name, counted_by, threshold in figures]
    return [_share_result(ctx, vote, counted_by, value, threshold) for value, counted_by, threshold in shares if value is not None]


def _share_result(ctx: PageContext, vote: VoteView, counted_by: str, value: Fraction, threshold: Threshold) -> ShareResult:
    reached = numbers.format_per_hundred(value, apart_from=threshold.fraction)
    needed = counting_rules.describe_needed_share(ctx.catalogue, threshold.fraction, strict=threshold.strict)
    key = counted_by if vote.method in TWO_SIDED_METHODS else f"{counted_by}_lead"
    sentence = str(ctx.say(f"between_result.share_{key}", share=reached))
    title = str(ctx.say(f"between_result.share_{counted_by}_title"))
    chart = share_chart(title, f"{sentence} {needed}", min(value, Fraction(1)), threshold.fraction, sentence, str(needed))
    return ShareResult(sentence, needed, chart)


def _reasons(ctx: PageContext, outcome: Outcome, names: DisplayNames) -> list[Sentence]:
    lines: list[Sentence] = []
    for code, about in outcome.reasons:
        name = ", ".join(names.name_of(key) for key in about)
        lines += counting_rules.describe_reason(ctx.catalogue, code, name, tie=outcome.result.tie)
    return lines
