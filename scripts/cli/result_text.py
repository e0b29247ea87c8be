"""Formats the result of a motion: a sentence, the share it was measured on, and a small table by class."""

from collections.abc import Iterator
from fractions import Fraction

from kith.governance.v1 import governance_pb2 as pb
from libs.rulebook.fraction_text import format_exact_percent

MEASURED_OF = {"cast": "the votes cast", "present": "everybody who took part", "eligible": "everybody who may vote"}
_WHY = {
    "quorum": "Too few took part.",
    "class_quorum": "Too few took part in the class {about}.",
    "class_threshold": "The class {about} was not for it by itself.",
    "threshold": "The share for it was not enough.",
    "tie": "It was a tie, and a tie does not pass.",
    "nothing_cast": "Nothing was cast that has weight.",
}


def result_lines(result: pb.Result, title: str) -> Iterator[str]:
    """Yields the lines to print."""
    yield f"{title} {'It passed.' if result.passes else 'It did not pass.'}"
    yield from _measured_lines(result)
    eligible = sum(row.eligible for row in result.classes)
    voted = sum(_voted(row) for row in result.classes)
    yield (
        f"  {voted} of {eligible} who may vote took part ({truncated_percent(Fraction(voted, eligible))})."
        if eligible
        else "  Nobody was on the roll."
    )
    yield from _class_rule_lines(result)
    names = {row.member_class: row.name or row.member_class for row in result.classes}
    for reason in result.reasons:
        sentence = _WHY.get(reason.code.lower(), reason.code.replace("_", " ").lower() + ".")
        yield f"  Why not: {sentence.format(about=names.get(reason.member_class, reason.member_class))}"
    yield ""
    yield f"  {'':<20}{'may vote':>9}{'for':>6}{'against':>9}{'abstained':>11}{'one ballot weighs':>19}{'together':>10}"
    for row in result.classes:
        weights = f"{format_decimal(row.ballot_weight):>19}{format_decimal(row.weight):>10}"
        yield f"  {names[row.member_class]:<20}{row.eligible:>9}{row.votes_for:>6}{row.votes_against:>9}{row.abstentions:>11}{weights}"


def _measured_lines(result: pb.Result) -> Iterator[str]:
    rule = result.counting
    whole = MEASURED_OF.get(rule.of, rule.of)
    needed = f"{'more than' if rule.strict else 'at least'} {format_exact_percent(Fraction(rule.threshold))} of {whole} was needed"
    if result.share_for:
        yield f"  {truncated_percent(Fraction(result.share_for))} of {whole} was for it; {needed}."
    else:
        yield f"  There is no share for it; {needed}."


def _class_rule_lines(result: pb.Result) -> Iterator[str]:
    rule = result.counting
    figures = {figure.member_class: Fraction(figure.fraction) for figure in rule.class_figures if figure.fraction}
    for row in result.classes:
        if rule.class_rule == "cap" and row.member_class in figures and Fraction(row.ballot_weight or 1) < 1:
            most = format_exact_percent(figures[row.member_class])
            together = f"so their {row.votes_for + row.votes_against} votes weigh {format_decimal(row.weight)} together"
            yield f"  {row.name or row.member_class}s weigh at most {most} of the votes {rule.measured_on or 'cast'}, {together}."


def _voted(class_tally: pb.ClassTally) -> int:
    return int(class_tally.votes_for + class_tally.votes_against + class_tally.abstentions)


def format_decimal(fraction: str) -> str:
    """A fraction as a number with at most three decimals, truncated and not rounded."""
    value = Fraction(fraction or 0)
    if value.denominator == 1:
        return str(value.numerator)
    thousandths = value.numerator * 1000 // value.denominator
    return f"{thousandths // 1000}.{thousandths % 1000:03}"


def truncated_percent(share: Fraction) -> str:
    """One decimal, truncated and not rounded: 49.96 % must never read as 50 %."""
    tenths = share.numerator * 1000 // share.denominator
    return f"{tenths // 10}.{tenths % 10} %"
