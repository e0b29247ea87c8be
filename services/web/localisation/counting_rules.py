"""Counting rules in plain sentences: the threshold, how classes weigh, how many have to vote."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from markupsafe import Markup

from kith.governance.v1.governance_pb2 import CountingRule
from services.web.localisation import numbers
from services.web.localisation.catalogue import Catalogue, Sentence

NONE, CAP, FIXED_SHARES, EACH_CLASS = "none", "cap", "fixed_shares", "each_class"


def share_in_words(catalogue: Catalogue, value: Fraction) -> Markup:
    """A fraction in words: half, two thirds, or so many in every 100."""
    key = f"share.{value.numerator}_{value.denominator}"
    return catalogue.say(key) if catalogue.has(key) else catalogue.say("share.in_hundred", share=numbers.format_per_hundred(value))


def describe_rule(catalogue: Catalogue, counting: CountingRule, names: Mapping[str, str]) -> list[Sentence]:
    """The whole counting rule in sentences. `names` are the classes' names by key."""
    return [
        *describe_threshold(catalogue, counting),
        *describe_class_rule(catalogue, counting, names),
        *describe_quorum(catalogue, counting, names),
    ]


def describe_threshold(catalogue: Catalogue, counting: CountingRule) -> list[Sentence]:
    """The threshold in a sentence."""
    kind = "more" if counting.strict else "least"
    return catalogue.sentences(
        f"counting.{kind}.{counting.of}", share=share_in_words(catalogue, numbers.parse_fraction(counting.threshold))
    )


def describe_needed_share(catalogue: Catalogue, threshold: Fraction, *, strict: bool) -> Markup:
    """The share that was needed, as a result says it."""
    return catalogue.say(f"result.needed_{'more' if strict else 'least'}", share=share_in_words(catalogue, threshold))


def describe_reason(catalogue: Catalogue, code: str, name: str, *, tie: bool) -> list[Sentence]:
    """Why something did not pass. `name` is the class, group or co-op that it is about."""
    key = "reason.tie" if tie and code == "threshold" else f"reason.{code}"
    return catalogue.sentences(key if catalogue.has(key) else "reason.other", name=name)


def describe_class_rule(catalogue: Catalogue, counting: CountingRule, names: Mapping[str, str]) -> list[Sentence]:
    """How the classes weigh against each other, in sentences."""
    lines: list[Sentence] = []
    if counting.class_rule == NONE:
        lines += catalogue.sentences("counting.class.none")
    if counting.class_rule == CAP:
        cap = max((numbers.parse_fraction(figure.fraction) for figure in counting.class_figures), default=Fraction(0))
        capped = _class_names(names, (figure.member_class for figure in counting.class_figures))
        lines += catalogue.sentences("counting.class.cap", classes=capped, share=share_in_words(catalogue, cap))
    if counting.class_rule == FIXED_SHARES:
        lines += catalogue.sentences("counting.class.fixed_shares")
        for figure in counting.class_figures:
            value = numbers.format_per_hundred(numbers.parse_fraction(figure.fraction))
            lines += catalogue.sentences(
                "counting.class.fixed_share", name=names.get(figure.member_class, figure.member_class), share=value
            )
    if counting.class_rule == EACH_CLASS:
        kind = "more" if counting.class_threshold_strict else "least"
        lines += catalogue.sentences(
            f"counting.class.each_{kind}", share=share_in_words(catalogue, numbers.parse_fraction(counting.class_threshold))
        )
    if counting.excluded_classes:
        lines += catalogue.sentences("counting.class.excluded", classes=_class_names(names, counting.excluded_classes))
    return lines


def describe_quorum(catalogue: Catalogue, counting: CountingRule, names: Mapping[str, str]) -> list[Sentence]:
    """The quorum in sentences: how many have to vote for the result to count."""
    lines: list[Sentence] = []
    if numbers.parse_fraction(counting.quorum_fraction):
        lines += catalogue.sentences(
            "counting.quorum.fraction", share=share_in_words(catalogue, numbers.parse_fraction(counting.quorum_fraction))
        )
    if counting.quorum_count:
        lines += catalogue.sentences("counting.quorum.count", counting.quorum_count)
    for quorum in counting.class_quorums:
        name = names.get(quorum.member_class, quorum.member_class)
        if numbers.parse_fraction(quorum.fraction):
            lines += catalogue.sentences(
                "counting.quorum.class_fraction", name=name, share=share_in_words(catalogue, numbers.parse_fraction(quorum.fraction))
            )
        if quorum.count:
            lines += catalogue.sentences("counting.quorum.class_count", quorum.count, name=name)
    return lines


def describe_co_op_quorum(catalogue: Catalogue, name: str, fraction: Fraction, count: int) -> list[Sentence]:
    """The quorum of one co-op, where each co-op counts by itself."""
    lines: list[Sentence] = []
    if fraction:
        lines += catalogue.sentences("counting.quorum.co_op_fraction", name=name, share=share_in_words(catalogue, fraction))
    if count:
        lines += catalogue.sentences("counting.quorum.co_op_count", count, name=name)
    return lines


def _class_names(names: Mapping[str, str], keys: Iterable[str]) -> str:
    return ", ".join(names.get(key, key) for key in keys)
