"""The result of a motion, and how it was counted: as a sentence, as a drawing and as a table, all saying the same."""

from dataclasses import dataclass
from fractions import Fraction

from markupsafe import Markup
from starlette.responses import Response

from kith.governance.v1 import governance_pb2 as pb
from services.web.drawings.results import Bar, Part, bars, share
from services.web.pages.motion_view import fetch, view
from services.web.visit import Visit, utc
from services.web.words import counting, numbers
from services.web.words.catalogue import Line


@dataclass(frozen=True)
class Row:
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
        """How many of the class took part, with those who did not choose."""
        return self.votes_for + self.votes_against + self.abstentions

    @property
    def weight_for(self) -> Fraction:
        """What its yes votes weigh together."""
        return self.ballot_weight * self.votes_for

    @property
    def weight_against(self) -> Fraction:
        """What its no votes weigh together."""
        return self.ballot_weight * self.votes_against


async def show(visit: Visit) -> Response:
    """What was decided, by whom, and by how much."""
    motion, result = await _fetch(visit)
    rows = [_row(one) for one in result.classes]
    return visit.page(
        "result",
        motion=view(visit, motion),
        result=result,
        reasons=_reasons(visit, motion, result),
        rows=rows,
        total=_total(rows),
        weighed=_weighed(result),
        reached=_reached(result),
        needed=_needed(visit, result),
        votes_drawing=_votes(visit, rows),
        share_drawing=_share(visit, result),
        decided_at=utc(result.counted_at),
    )


async def show_counted(visit: Visit) -> Response:
    """Step by step, with exact fractions, so that anybody can count again."""
    motion, result = await _fetch(visit)
    rows = [_row(one) for one in result.classes]
    names = {one.member_class: one.name for one in result.classes}
    return visit.page(
        "counted",
        motion=view(visit, motion),
        result=result,
        reasons=_reasons(visit, motion, result),
        rows=rows,
        total=_total(rows),
        weighed=_weighed(result),
        reached=_reached(result),
        needed=_needed(visit, result),
        exact=lambda value: _exact(visit, value),
        weight_for=numbers.fraction(result.weight_for),
        weight_against=numbers.fraction(result.weight_against),
        share_for=numbers.fraction(result.share_for),
        whole=_whole(result),
        turnout=numbers.fraction(result.turnout),
        turnout_said=numbers.per_hundred(numbers.fraction(result.turnout)),
        class_rule=counting.class_rule(visit.words, result.counting, names),
        threshold=counting.threshold(visit.words, result.counting),
        quorum=counting.quorum(visit.words, result.counting, names),
        weights_drawing=_weights(visit, rows),
        share_drawing=_share(visit, result),
    )


async def _fetch(visit: Visit) -> tuple[pb.Motion, pb.Result]:
    motion_id = visit.part("motion")
    answer: pb.GetResultResponse = await visit.ask(visit.front.services.governance.GetResult, pb.GetResultRequest(motion_id=motion_id))
    return await fetch(visit, motion_id), answer.result


def _row(one: pb.ClassTally) -> Row:
    return Row(
        one.name or one.member_class,
        one.eligible,
        one.votes_for,
        one.votes_against,
        one.abstentions,
        numbers.fraction(one.ballot_weight),
        numbers.fraction(one.weight),
        numbers.fraction(one.share_for),
    )


def _total(rows: list[Row]) -> Row:
    return Row(
        "",
        sum(row.eligible for row in rows),
        sum(row.votes_for for row in rows),
        sum(row.votes_against for row in rows),
        sum(row.abstentions for row in rows),
        Fraction(0),
        sum((row.weight for row in rows), Fraction(0)),
        Fraction(0),
    )


def _weighed(result: pb.Result) -> bool:
    """Whether ballots of different classes weigh differently."""
    return len({one.ballot_weight for one in result.classes if one.votes_for or one.votes_against}) > 1


def _whole(result: pb.Result) -> Fraction:
    """What the yes votes are measured against; nothing when nobody said yes."""
    share_for = numbers.fraction(result.share_for)
    return numbers.fraction(result.weight_for) / share_for if share_for else Fraction(0)


def _reached(result: pb.Result) -> str:
    return numbers.per_hundred(numbers.fraction(result.share_for), apart_from=numbers.fraction(result.counting.threshold))


def _needed(visit: Visit, result: pb.Result) -> Markup:
    kind = "more" if result.counting.strict else "least"
    return visit.say(f"result.needed_{kind}", share=counting.share(visit.words, numbers.fraction(result.counting.threshold)))


def _reasons(visit: Visit, motion: pb.Motion, result: pb.Result) -> list[Line]:
    names = {one.member_class: one.name for one in result.classes} | {one.member_class: one.name for one in motion.roll}
    lines: list[Line] = []
    for reason in result.reasons:
        key = "tie" if result.tie and reason.code == "threshold" else reason.code
        found = f"reason.{key}"
        lines += visit.words.lines(
            found if visit.words.knows(found) else "reason.other", name=names.get(reason.member_class, reason.member_class)
        )
    return lines


def _exact(visit: Visit, value: Fraction) -> Markup:
    """The exact fraction, and beside one that is hard to picture, its decimal in words."""
    if value.denominator == 1:
        return Markup('<span class="fraction">{}</span>').format(numbers.grouped(value.numerator))
    about = visit.say("number.about" if numbers.is_rounded(value) else "number.equals", decimal=numbers.decimal(value))
    return Markup('<span class="fraction">{}</span> <span class="quiet">{}</span>').format(numbers.exact(value), about)


def _votes(visit: Visit, rows: list[Row]) -> Markup:
    drawn = [
        Bar(
            row.name,
            [
                Part(kind, Fraction(count), str(visit.say(f"drawing.{kind}", count)))
                for kind, count in (("for", row.votes_for), ("against", row.votes_against), ("abstained", row.abstentions))
            ],
        )
        for row in rows
    ]
    facts = " ".join(
        visit.say("drawing.class", name=row.name, yes=row.votes_for, no=row.votes_against, neither=row.abstentions) for row in rows
    )
    key = [
        ("for", str(visit.say("choice.for"))),
        ("against", str(visit.say("choice.against"))),
        ("abstained", str(visit.say("result.neither"))),
    ]
    return bars(str(visit.say("drawing.votes_title")), facts, drawn, key)


def _share(visit: Visit, result: pb.Result) -> Markup:
    reached, needed = numbers.fraction(result.share_for), numbers.fraction(result.counting.threshold)
    label = str(visit.say("drawing.share_yes", share=_reached(result)))
    return share(
        str(visit.say("drawing.share_title")), f"{label}. {_needed(visit, result)}", reached, needed, label, str(_needed(visit, result))
    )


def _weights(visit: Visit, rows: list[Row]) -> Markup:
    drawn = [Bar(row.name, [Part("for", row.ballot_weight, _plain(visit, row.ballot_weight))]) for row in rows if row.ballot_weight]
    facts = " ".join(visit.say("drawing.weight", name=bar.name, weight=bar.parts[0].label) for bar in drawn)
    return bars(str(visit.say("drawing.weights_title")), facts, drawn)


def _plain(visit: Visit, value: Fraction) -> str:
    if value.denominator == 1:
        return numbers.grouped(value.numerator)
    key = "drawing.about" if numbers.is_rounded(value) else "drawing.equals"
    return str(visit.say(key, exact=numbers.exact(value), decimal=numbers.decimal(value)))
