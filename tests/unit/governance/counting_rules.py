"""Builders for counting rules, with defaults for all that a test does not name."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import NotRequired, TypedDict, Unpack

from libs.rulebook.counting import (
    Basis,
    BelowQuorum,
    ClassRule,
    CountingRule,
    Method,
    OneMemberOneVote,
    Quorum,
    Threshold,
)

HALF = Threshold(Fraction(1, 2), strict=True)
THREE_QUARTERS = Threshold(Fraction(3, 4), strict=False)


class RuleFields(TypedDict):
    """The fields of a rule that a test can set."""

    method: NotRequired[Method]
    class_rule: NotRequired[ClassRule]
    threshold: NotRequired[Threshold]
    basis: NotRequired[Basis]
    quorum: NotRequired[Quorum]
    class_quorums: NotRequired[tuple[tuple[str, Quorum], ...]]
    excluded: NotRequired[tuple[str, ...]]
    highest_score: NotRequired[int]
    co_op_threshold: NotRequired[Threshold]
    co_op_weights: NotRequired[tuple[tuple[str, Fraction], ...]]
    below_quorum: NotRequired[BelowQuorum]


PLAIN = CountingRule(Method.YES_NO_ABSTAIN, OneMemberOneVote(), HALF)


def make_rule(**parts: Unpack[RuleFields]) -> CountingRule:
    return replace(PLAIN, **parts)


def yes_no_votes(number_for: int, against: int, abstain: int = 0) -> dict[str, int]:
    return {"for": number_for, "against": against, "abstain": abstain}


# The votes of the golden cases: supported people, workers, investors.
GOLDEN: Mapping[str, Mapping[str, int]] = {
    "supported": yes_no_votes(25, 10),
    "worker": yes_no_votes(3, 25),
    "investor": yes_no_votes(45, 3),
}
