"""A counting rule in plain sentences: what has to be reached, how classes weigh, how many have to vote."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from markupsafe import Markup

from kith.governance.v1.governance_pb2 import CountingRule
from services.web.words import numbers
from services.web.words.catalogue import Line, Words

NONE, CAP, FIXED_SHARES, EACH_CLASS = "none", "cap", "fixed_shares", "each_class"


def share(words: Words, value: Fraction) -> Markup:
    """A fraction in words: half, two thirds, or so many in every 100."""
    key = f"share.{value.numerator}_{value.denominator}"
    return words.say(key) if words.knows(key) else words.say("share.in_hundred", share=numbers.per_hundred(value))


def rule(words: Words, counting: CountingRule, names: Mapping[str, str]) -> list[Line]:
    """The whole rule. `names` are the classes' names by key."""
    return [*threshold(words, counting), *class_rule(words, counting, names), *quorum(words, counting, names)]


def threshold(words: Words, counting: CountingRule) -> list[Line]:
    """What has to be reached."""
    kind = "more" if counting.strict else "least"
    return words.lines(f"counting.{kind}.{counting.of}", share=share(words, numbers.fraction(counting.threshold)))


def class_rule(words: Words, counting: CountingRule, names: Mapping[str, str]) -> list[Line]:
    """How the classes weigh against each other."""
    lines: list[Line] = []
    if counting.class_rule == NONE:
        lines += words.lines("counting.class.none")
    if counting.class_rule == CAP:
        most = max((numbers.fraction(one.fraction) for one in counting.class_figures), default=Fraction(0))
        capped = _named(names, (one.member_class for one in counting.class_figures))
        lines += words.lines("counting.class.cap", classes=capped, share=share(words, most))
    if counting.class_rule == FIXED_SHARES:
        lines += words.lines("counting.class.fixed_shares")
        for one in counting.class_figures:
            value = numbers.per_hundred(numbers.fraction(one.fraction))
            lines += words.lines("counting.class.fixed_share", name=names.get(one.member_class, one.member_class), share=value)
    if counting.class_rule == EACH_CLASS:
        kind = "more" if counting.class_threshold_strict else "least"
        lines += words.lines(f"counting.class.each_{kind}", share=share(words, numbers.fraction(counting.class_threshold)))
    if counting.excluded_classes:
        lines += words.lines("counting.class.excluded", classes=_named(names, counting.excluded_classes))
    return lines


def quorum(words: Words, counting: CountingRule, names: Mapping[str, str]) -> list[Line]:
    """How many have to vote for the result to count at all."""
    lines: list[Line] = []
    if numbers.fraction(counting.quorum_fraction):
        lines += words.lines("counting.quorum.fraction", share=share(words, numbers.fraction(counting.quorum_fraction)))
    if counting.quorum_count:
        lines += words.lines("counting.quorum.count", counting.quorum_count)
    for one in counting.class_quorums:
        name = names.get(one.member_class, one.member_class)
        if numbers.fraction(one.fraction):
            lines += words.lines("counting.quorum.class_fraction", name=name, share=share(words, numbers.fraction(one.fraction)))
        if one.count:
            lines += words.lines("counting.quorum.class_count", one.count, name=name)
    return lines


def co_op_quorum(words: Words, name: str, fraction: Fraction, count: int) -> list[Line]:
    """How many have to vote in one co-op, where co-ops count by themselves."""
    lines: list[Line] = []
    if fraction:
        lines += words.lines("counting.quorum.co_op_fraction", name=name, share=share(words, fraction))
    if count:
        lines += words.lines("counting.quorum.co_op_count", count, name=name)
    return lines


def _named(names: Mapping[str, str], keys: Iterable[str]) -> str:
    return ", ".join(names.get(key, key) for key in keys)
