"""The result of a motion, and how it was counted: as a sentence, as a drawing and as a table, all saying the same."""

from dataclasses import dataclass
from fractions import Fraction

from markupsafe import Markup
from starlette.responses import Response

from kith.governance.v1 import governance_pb2 as pb
from services.web.drawings.bar_charts import Bar, BarSegment, bar_chart, share_chart
from services.web.localisation import counting_rules, numbers
from services.web.localisation.catalogue import Sentence
from services.web.page_context import PageContext, utc_datetime
from services.web.pages.motion_view import fetch_motion, motion_view


@dataclass(frozen=True)
class ClassResult:
    """One class's votes and what they weigh."""

    name: str
    eligible: int
    votes_for: int
    votes_against: int
    abstentions: int
    ballot_weight: Fraction
    weight: Fraction
    share_for: Fraction

    @property
    def voted(self) -> int:
        """How many of the class voted, including abstentions."""
        return self.votes_for + self.votes_against + self.abstentions

    @property
    def weight_for(self) -> Fraction:
        """The total weight of its yes votes."""
        return self.ballot_weight * self.votes_for

    @property
    def weight_against(self) -> Fraction:
        """The total weight of its no votes."""
        return self.ballot_weight * self.votes_against


async def show(ctx: PageContext) -> Response:
    """The result: what was decided, by whom, and by how much."""
    motion, result = await _fetch(ctx)
    rows = [_class_result(member_class) for member_class in result.classes]
    return ctx.render(
        "result",
        motion=motion_view(ctx, motion),
        result=result,
        reasons=_reasons(ctx, motion, result),
        rows=rows,
        total=_total(rows),
        weighed=_has_weighted_ballots(result),
        reached=_share_for(result),
        needed=_share_needed(ctx, result),
        votes_drawing=_votes_chart(ctx, rows),
        share_drawing=_share_chart(ctx, result),
        decided_at=utc_datetime(result.counted_at),
    )


async def show_counted(ctx: PageContext) -> Response:
    """The count step by step, with exact fractions, so that anybody can recount."""
    motion, result = await _fetch(ctx)
    rows = [_class_result(member_class) for member_class in result.classes]
    names = {member_class.member_class: member_class.name for member_class in result.classes}
    return ctx.render(
        "counted",
        motion=motion_view(ctx, motion),
        result=result,
        reasons=_reasons(ctx, motion, result),
        rows=rows,
        total=_total(rows),
        weighed=_has_weighted_ballots(result),
        reached=_share_for(result),
        needed=_share_needed(ctx, result),
        exact=lambda value: _fraction_markup(ctx, value),
        weight_for=numbers.parse_fraction(result.weight_for),
        weight_against=numbers.parse_fraction(result.weight_against),
        share_for=numbers.parse_fraction(result.share_for),
        whole=_total_weight(result),
        turnout=numbers.parse_fraction(result.turnout),
        turnout_said=numbers.format_per_hundred(numbers.parse_fraction(result.turnout)),
        class_rule=counting_rules.describe_class_rule(ctx.catalogue, result.counting, names),
        threshold=counting_rules.describe_threshold(ctx.catalogue, result.counting),
        quorum=counting_rules.describe_quorum(ctx.catalogue, result.counting, names),
        weights_drawing=_weights_chart(ctx, rows),
        share_drawing=_share_chart(ctx, result),
    )


async def _fetch(ctx: PageContext) -> tuple[pb.Motion, pb.Result]:
    motion_id = ctx.path_param("motion")
    response: pb.GetResultResponse = await ctx.call(ctx.state.services.governance.GetResult, pb.GetResultRequest(motion_id=motion_id))
    return await fetch_motion(ctx, motion_id), response.result


def _class_result(tally: pb.ClassTally) -> ClassResult:
    return ClassResult(
        tally.name or tally.member_class,
        tally.eligible,
        tally.votes_for,
        tally.votes_against,
        tally.abstentions,
        numbers.parse_fraction(tally.ballot_weight),
        numbers.parse_fraction(tally.weight),
        numbers.parse_fraction(tally.share_for),
    )


def _total(rows: list[ClassResult]) -> ClassResult:
    return ClassResult(
        "",
        sum(row.eligible for row in rows),
        sum(row.votes_for for row in rows),
        sum(row.votes_against for row in rows),
        sum(row.abstentions for row in rows),
        Fraction(0),
        sum((row.weight for row in rows), Fraction(0)),
        Fraction(0),
    )


def _has_weighted_ballots(result: pb.Result) -> bool:
    """Whether ballots of different classes weigh differently."""
    return len({member_class.ballot_weight for member_class in result.classes if member_class.votes_for or member_class.votes_against}) > 1


def _total_weight(result: pb.Result) -> Fraction:
    """The weight that the yes votes are measured against; 0 when nobody voted yes."""
    share_for = numbers.parse_fraction(result.share_for)
    return numbers.parse_fraction(result.weight_for) / share_for if share_for else Fraction(0)


def _share_for(result: pb.Result) -> str:
    return numbers.format_per_hundred(
        numbers.parse_fraction(result.share_for), apart_from=numbers.parse_fraction(result.counting.threshold)
    )


def _share_needed(ctx: PageContext, result: pb.Result) -> Markup:
    threshold = numbers.parse_fraction(result.counting.threshold)
    return counting_rules.describe_needed_share(ctx.catalogue, threshold, strict=result.counting.strict)


def _reasons(ctx: PageContext, motion: pb.Motion, result: pb.Result) -> list[Sentence]:
    names = {member_class.member_class: member_class.name for member_class in result.classes} | {
        entry.member_class: entry.name for entry in motion.roll
    }
    lines: list[Sentence] = []
    for reason in result.reasons:
        name = names.get(reason.member_class, reason.member_class)
        lines += counting_rules.describe_reason(ctx.catalogue, reason.code, name, tie=result.tie)
    return lines


def _fraction_markup(ctx: PageContext, value: Fraction) -> Markup:
    """The exact fraction, followed by its decimal unless it is a whole number."""
    if value.denominator == 1:
        return Markup('<span class="fraction">{}</span>').format(numbers.format_integer(value.numerator))
    about = ctx.say("number.about" if numbers.is_rounded(value) else "number.equals", decimal=numbers.format_decimal_fraction(value))
    return Markup('<span class="fraction">{}</span> <span class="quiet">{}</span>').format(numbers.format_fraction(value), about)


def _votes_chart(ctx: PageContext, rows: list[ClassResult]) -> Markup:
    chart_bars = [
        Bar(
            row.name,
            [
                BarSegment(kind, Fraction(count), str(ctx.say(f"drawing.{kind}", count)))
                for kind, count in (("for", row.votes_for), ("against", row.votes_against), ("abstained", row.abstentions))
            ],
        )
        for row in rows
    ]
    description = " ".join(
        ctx.say("drawing.class", name=row.name, yes=row.votes_for, no=row.votes_against, neither=row.abstentions) for row in rows
    )
    key = [
        ("for", str(ctx.say("choice.for"))),
        ("against", str(ctx.say("choice.against"))),
        ("abstained", str(ctx.say("result.neither"))),
    ]
    return bar_chart(str(ctx.say("drawing.votes_title")), description, chart_bars, key)


def _share_chart(ctx: PageContext, result: pb.Result) -> Markup:
    reached, needed = numbers.parse_fraction(result.share_for), numbers.parse_fraction(result.counting.threshold)
    label = str(ctx.say("drawing.share_yes", share=_share_for(result)))
    return share_chart(
        str(ctx.say("drawing.share_title")),
        f"{label}. {_share_needed(ctx, result)}",
        reached,
        needed,
        label,
        str(_share_needed(ctx, result)),
    )


def _weights_chart(ctx: PageContext, rows: list[ClassResult]) -> Markup:
    chart_bars = [
        Bar(row.name, [BarSegment("for", row.ballot_weight, _weight_label(ctx, row.ballot_weight))]) for row in rows if row.ballot_weight
    ]
    description = " ".join(ctx.say("drawing.weight", name=bar.name, weight=bar.parts[0].label) for bar in chart_bars)
    return bar_chart(str(ctx.say("drawing.weights_title")), description, chart_bars)


def _weight_label(ctx: PageContext, value: Fraction) -> str:
    if value.denominator == 1:
        return numbers.format_integer(value.numerator)
    key = "drawing.about" if numbers.is_rounded(value) else "drawing.equals"
    return str(ctx.say(key, exact=numbers.format_fraction(value), decimal=numbers.format_decimal_fraction(value)))
