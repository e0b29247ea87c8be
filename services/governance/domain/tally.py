"""Counts one co-op's vote: rule, roll and ballots in; the result and everything that explains it out.

Invariants: a tally depends only on its arguments; it is the same whatever the order of ballots, classes and options; every number in it is
exact. A motion passes when nothing keeps it from passing, and `shortfalls` lists everything that does, not only the first.

Sources: the fixed class shares, caps and majorities in each class are those in use in UK multi-stakeholder co-operatives. Abstentions
count for quorum and turnout. A special resolution that turns a society into a company (Co-operative and Community Benefit Societies Act
2014, s.113) needs three quarters of the votes and half of the roll: threshold and quorum are two tests.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from libs.rulebook.counting import CountingRule, Denominator, EachClass, Method
from services.governance.domain.class_weights import ClassWeights, compute_class_weights
from services.governance.domain.head_count import (
    AGAINST,
    FOR,
    CannotCountError,
    ClassHeadCount,
    CountingMistake,
    EligibleCounts,
    HeadCounts,
    VoteCounts,
    count_heads,
    marks_per_ballot,
)
from services.governance.domain.thresholds import (
    Shortfall,
    ShortfallReason,
    check_rule,
    missed_class_thresholds,
    missed_quorums,
    missed_threshold,
    share_in_class,
)


@dataclass(frozen=True)
class ClassTally:
    """One class's part of the result: its head count, its weight, and its own share."""

    heads: ClassHeadCount
    per_ballot: Fraction
    """The weight of one ballot."""
    share: Fraction | None
    """Share of this class alone that is for the motion or the leading option. None where nobody voted or several options lead."""

    @property
    def name(self) -> str:
        return self.heads.name

    @property
    def weight(self) -> Fraction:
        """Total weight of the ballots cast, without abstentions."""
        return self.per_ballot * self.heads.cast

    @property
    def turnout(self) -> Fraction | None:
        """Counted ballots as a share of the people on the roll; None where the roll is unknown or empty."""
        return Fraction(self.heads.present, self.heads.eligible) if self.heads.eligible else None


@dataclass(frozen=True)
class Tally:
    """The result of one vote. Classes and options are in alphabetical order."""

    rule: CountingRule
    classes: tuple[ClassTally, ...]
    excluded: tuple[ClassHeadCount, ...]
    """Classes without a vote on this; their ballots are not counted."""
    totals: Mapping[str, Fraction]
    """Weight (points, for method score) behind each option."""
    whole: Fraction
    """Denominator of `share_for`: the weight of everybody cast, present or eligible, forfeited shares included."""
    forfeited: Fraction
    share_for: Fraction | None
    """Share for the motion, or for the leading option; None where the denominator is zero."""
    leaders: tuple[str, ...]
    """Options with the highest total above zero: one, or several that tie. `for` alone in a yes/no vote."""
    tie: bool
    """For and against weigh the same, or several options lead."""
    present: int
    eligible: int | None
    shortfalls: tuple[Shortfall, ...]
    """Everything that keeps it from passing, in the order of `ShortfallReason`."""

    @property
    def passes(self) -> bool:
        return not self.shortfalls

    @property
    def winner(self) -> str | None:
        """What is decided: `for` or an option; None where it does not pass."""
        return self.leaders[0] if self.passes else None

    @property
    def failing(self) -> Shortfall | None:
        """The reason to report first."""
        return self.shortfalls[0] if self.shortfalls else None

    @property
    def turnout(self) -> Fraction | None:
        """Counted ballots as a share of the people on the roll; None where the roll is unknown or empty."""
        return Fraction(self.present, self.eligible) if self.eligible else None

    @property
    def quorate(self) -> bool:
        return not any(shortfall.reason in {ShortfallReason.QUORUM, ShortfallReason.CLASS_QUORUM} for shortfall in self.shortfalls)


def count_ballots(ballots: Iterable[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """Count ballots, (class, option) pairs in any order: class -> option -> number."""
    votes: dict[str, dict[str, int]] = {}
    for (name, option), number in Counter(ballots).items():
        votes.setdefault(name, {})[option] = number
    return votes


def tally(rule: CountingRule, eligible: EligibleCounts, votes: VoteCounts, voters: Mapping[str, int] | None = None) -> Tally:
    """Count one co-op's vote.

    `eligible` is people on the roll by class, `votes` ballots by class and option, `voters` counted ballots by class (see `count_heads`
    for when it is needed). Classes that the rule excludes are dropped from all three.

    Raises `CannotCountError` for a rule or numbers that contradict themselves: more votes than people, a class that is not on the roll.
    """
    check_rule(rule)
    heads = count_heads(rule, eligible, votes, voters)
    weights = compute_class_weights(rule, heads)
    totals = _totals(rule, heads, weights)
    whole = _total_weight(rule, heads, weights)
    leaders = _leaders(rule, totals)
    leading = max(totals.values(), default=Fraction(0)) if rule.method is not Method.YES_NO_ABSTAIN else totals[FOR]
    share = leading / whole if whole else None
    return Tally(
        rule=rule,
        classes=tuple(
            ClassTally(head_count, weights.per_ballot[head_count.name], _share_in_own_class(rule, head_count, leaders))
            for head_count in heads.classes
        ),
        excluded=heads.excluded,
        totals=totals,
        whole=whole,
        forfeited=weights.forfeited,
        share_for=share,
        leaders=leaders,
        tie=_is_tie(rule, totals, leaders),
        present=heads.present,
        eligible=heads.eligible,
        shortfalls=_shortfalls(rule, heads, totals, leaders, share),
    )


def _totals(rule: CountingRule, heads: HeadCounts, weights: ClassWeights) -> dict[str, Fraction]:
    options = (FOR, AGAINST) if rule.method is Method.YES_NO_ABSTAIN else heads.options
    return {
        option: sum((weights.per_ballot[head_count.name] * head_count.marks.get(option, 0) for head_count in heads.classes), Fraction(0))
        for option in options
    }


def _total_weight(rule: CountingRule, heads: HeadCounts, weights: ClassWeights) -> Fraction:
    of = rule.threshold.of
    if of is Denominator.ELIGIBLE and heads.eligible is None:
        raise CannotCountError(CountingMistake.ELIGIBLE_NEEDED, "threshold")
    equal = all(weight == 1 for weight in weights.per_ballot.values())
    if of is Denominator.ELIGIBLE and heads.eligible is not None and equal and not weights.forfeited:
        # Where all weigh the same, the size of the whole roll is enough; it need not be known by class.
        strength = Fraction(heads.eligible)
    else:
        strength = sum((weights.per_ballot[head_count.name] * head_count.people(of) for head_count in heads.classes), weights.forfeited)
    return strength * marks_per_ballot(rule)


def _leaders(rule: CountingRule, totals: Mapping[str, Fraction]) -> tuple[str, ...]:
    if rule.method is Method.YES_NO_ABSTAIN:
        return (FOR,)
    most = max(totals.values(), default=Fraction(0))
    return tuple(option for option, total in totals.items() if total == most and total > 0)


def _is_tie(rule: CountingRule, totals: Mapping[str, Fraction], leaders: tuple[str, ...]) -> bool:
    if rule.method is Method.YES_NO_ABSTAIN:
        return totals[FOR] == totals[AGAINST] > 0
    return len(leaders) > 1


def _share_in_own_class(rule: CountingRule, head_count: ClassHeadCount, leaders: tuple[str, ...]) -> Fraction | None:
    of = rule.class_rule.threshold.of if isinstance(rule.class_rule, EachClass) else Denominator.CAST
    return share_in_class(rule, head_count, leaders[0], of) if len(leaders) == 1 else None


def _shortfalls(
    rule: CountingRule, heads: HeadCounts, totals: Mapping[str, Fraction], leaders: tuple[str, ...], share: Fraction | None
) -> tuple[Shortfall, ...]:
    shortfalls = missed_quorums(rule, heads)
    if len(leaders) == 1:
        shortfalls += missed_class_thresholds(rule, heads, leaders[0])
    threshold_shortfalls = missed_threshold(rule.threshold, share, anything_cast=any(totals.values()))
    # Under a yes/no rule of "at least one half" a tie passes, because half is enough. Between two leading options nothing decides.
    if _is_tie(rule, totals, leaders) and (threshold_shortfalls or rule.method is not Method.YES_NO_ABSTAIN):
        threshold_shortfalls.append(Shortfall(ShortfallReason.TIE))
    return tuple(shortfalls + threshold_shortfalls)
