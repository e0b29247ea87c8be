"""A counted result in words: a sentence, what it was measured on, and a small table by class."""

from collections.abc import Iterator
from fractions import Fraction

from kith.governance.v1 import governance_pb2 as pb
from libs.rulebook.exact import percent

MEASURED_OF = {"cast": "the votes cast", "present": "everybody who took part", "eligible": "everybody who may vote"}
_WHY = {
    "quorum": "Too few took part.",
    "class_quorum": "Too few took part in the class {about}.",
    "class_threshold": "The class {about} was not for it by itself.",
    "threshold": "The share for it was not enough.",
    "tie": "It was a tie, and a tie does not pass.",
    "nothing_cast": "Nothing was cast that has weight.",
}


def in_words(result: pb.Result, title: str) -> Iterator[str]:
    """Lines to print."""
    yield f"{title} {'It passed.' if result.passes else 'It did not pass.'}"
    yield from _measured(result)
    eligible = sum(one.eligible for one in result.classes)
    voted = sum(_voted(one) for one in result.classes)
    yield (
        f"  {voted} of {eligible} who may vote took part ({cut(Fraction(voted, eligible))})." if eligible else "  Nobody was on the roll."
    )
    yield from _class_rule(result)
    names = {one.member_class: one.name or one.member_class for one in result.classes}
    for reason in result.reasons:
        sentence = _WHY.get(reason.code.lower(), reason.code.replace("_", " ").lower() + ".")
        yield f"  Why not: {sentence.format(about=names.get(reason.member_class, reason.member_class))}"
    yield ""
    yield f"  {'':<20}{'may vote':>9}{'for':>6}{'against':>9}{'abstained':>11}{'one ballot weighs':>19}{'together':>10}"
    for one in result.classes:
        weights = f"{number(one.ballot_weight):>19}{number(one.weight):>10}"
        yield f"  {names[one.member_class]:<20}{one.eligible:>9}{one.votes_for:>6}{one.votes_against:>9}{one.abstentions:>11}{weights}"


def _measured(result: pb.Result) -> Iterator[str]:
    rule = result.counting
    whole = MEASURED_OF.get(rule.of, rule.of)
    needed = f"{'more than' if rule.strict else 'at least'} {percent(Fraction(rule.threshold))} of {whole} was needed"
    if result.share_for:
        yield f"  {cut(Fraction(result.share_for))} of {whole} was for it; {needed}."
    else:
        yield f"  There is no share for it; {needed}."


def _class_rule(result: pb.Result) -> Iterator[str]:
    rule = result.counting
    figures = {one.member_class: Fraction(one.fraction) for one in rule.class_figures if one.fraction}
    for one in result.classes:
        if rule.class_rule == "cap" and one.member_class in figures and Fraction(one.ballot_weight or 1) < 1:
            most = percent(figures[one.member_class])
            together = f"so their {one.votes_for + one.votes_against} votes weigh {number(one.weight)} together"
            yield f"  {one.name or one.member_class}s weigh at most {most} of the votes {rule.measured_on or 'cast'}, {together}."


def _voted(one: pb.ClassTally) -> int:
    return int(one.votes_for + one.votes_against + one.abstentions)


def number(said: str) -> str:
    """A fraction as a number with at most three decimals, cut and not rounded."""
    value = Fraction(said or 0)
    if value.denominator == 1:
        return str(value.numerator)
    thousandths = value.numerator * 1000 // value.denominator
    return f"{thousandths // 1000}.{thousandths % 1000:03}"


def cut(share: Fraction) -> str:
    """One decimal, cut and not rounded: 49.96 % must never read as 50 %."""
    tenths = share.numerator * 1000 // share.denominator
    return f"{tenths // 10}.{tenths % 10} %"
