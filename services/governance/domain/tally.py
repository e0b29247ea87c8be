"""The count of one co-op's vote: rule, roll and ballots in; the result and everything that explains it out.

Law of this file. A tally depends on nothing but its arguments, it is the same whatever the order of ballots, classes and options, and every
number in it is exact. A motion passes when nothing keeps it from passing, and `shortfalls` lists all that does, not only the first.

Sources: the fixed class shares, caps and majorities in each class are those in use in UK multi-stakeholder co-operatives. Abstentions
count for quorum and turnout. A special resolution that turns a society into a company (Co-operative and Community Benefit Societies Act
2014, s.113) asks three quarters of the votes on half of the roll: threshold and quorum are two tests.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from libs.rulebook.counting import CountingRule, Denominator, EachClass, Method
from services.governance.domain.class_weights import ClassWeights, weigh_classes
from services.governance.domain.head_count import (
    AGAINST,
    FOR,
    CannotCountError,
    Eligible,
    HeadCount,
    Heads,
    Mistake,
    Votes,
    count_heads,
    marks_per_ballot,
)
from services.governance.domain.thresholds import (
    Reason,
    Shortfall,
    check_rule,
    missed_class_thresholds,
    missed_quorums,
    missed_threshold,
    share_in_class,
)


@dataclass(frozen=True)
class ClassTally:
    """One class's part: what its people did, what they weigh, and how they stand by themselves."""

    heads: HeadCount
    per_ballot: Fraction
    """The weight of one ballot."""
    share: Fraction | None
    """Of this class alone: for the motion, or for the leading option. None where nobody spoke or several options lead."""

    @property
    def name(self) -> str:
        return self.heads.name

    @property
    def weight(self) -> Fraction:
        """What the ballots cast weigh together, abstentions left aside."""
        return self.per_ballot * self.heads.cast

    @property
    def turnout(self) -> Fraction | None:
        """Counted ballots of the people on the roll; None where the roll is unknown or has nobody."""
        return Fraction(self.heads.present, self.heads.eligible) if self.heads.eligible else None


@dataclass(frozen=True)
class Tally:
    """The result of one vote. Classes and options are in alphabetical order."""

    rule: CountingRule
    classes: tuple[ClassTally, ...]
    excluded: tuple[HeadCount, ...]
    """Classes without a vote on this; whatever was found under their name was not counted."""
    totals: Mapping[str, Fraction]
    """Weight (points, for method score) behind each option."""
    whole: Fraction
    """What `share_for` is a share of: the weight of everybody cast, present or eligible, forfeited shares included."""
    forfeited: Fraction
    share_for: Fraction | None
    """Of the motion, or of the leading option; None where there is nothing to measure it on."""
    leaders: tuple[str, ...]
    """Options with the highest total above zero: one, or several that tie. `for` alone in a yes/no vote."""
    tie: bool
    """For and against weigh the same, or several options lead."""
    present: int
    eligible: int | None
    shortfalls: tuple[Shortfall, ...]
    """Everything that keeps it from passing, in the order of `Reason`."""

    @property
    def passes(self) -> bool:
        return not self.shortfalls

    @property
    def winner(self) -> str | None:
        """What is decided: `for` or an option; None where it does not pass."""
        return self.leaders[0] if self.passes else None

    @property
    def failing(self) -> Shortfall | None:
        """The reason to name first."""
        return self.shortfalls[0] if self.shortfalls else None

    @property
    def turnout(self) -> Fraction | None:
        """Counted ballots of the people on the roll, in heads; None where the roll is unknown or empty."""
        return Fraction(self.present, self.eligible) if self.eligible else None

    @property
    def quorate(self) -> bool:
        return not any(s.reason in {Reason.QUORUM, Reason.CLASS_QUORUM} for s in self.shortfalls)


def count_ballots(ballots: Iterable[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """Ballots as (class, option) pairs, in any order, to class -> option -> number."""
    votes: dict[str, dict[str, int]] = {}
    for (name, option), number in Counter(ballots).items():
        votes.setdefault(name, {})[option] = number
    return votes


def tally(rule: CountingRule, eligible: Eligible, votes: Votes, voters: Mapping[str, int] | None = None) -> Tally:
    """Count.

    `eligible` is people on the roll by class, `votes` ballots by class and option, `voters` counted ballots by class (`count_heads` says
    when it is needed). Classes that the rule excludes are dropped from all three.

    Raises `CannotCountError` for a rule or numbers that contradict themselves: more votes than people, a class that is not on the roll.
    """
    check_rule(rule)
    heads = count_heads(rule, eligible, votes, voters)
    weights = weigh_classes(rule, heads)
    totals = _totals(rule, heads, weights)
    whole = _whole(rule, heads, weights)
    leaders = _leaders(rule, totals)
    leading = max(totals.values(), default=Fraction(0)) if rule.method is not Method.YES_NO_ABSTAIN else totals[FOR]
    share = leading / whole if whole else None
    return Tally(
        rule=rule,
        classes=tuple(ClassTally(c, weights.per_ballot[c.name], _own_share(rule, c, leaders)) for c in heads.classes),
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


def _totals(rule: CountingRule, heads: Heads, weights: ClassWeights) -> dict[str, Fraction]:
    options = (FOR, AGAINST) if rule.method is Method.YES_NO_ABSTAIN else heads.options
    return {o: sum((weights.per_ballot[c.name] * c.marks.get(o, 0) for c in heads.classes), Fraction(0)) for o in options}


def _whole(rule: CountingRule, heads: Heads, weights: ClassWeights) -> Fraction:
    of = rule.threshold.of
    if of is Denominator.ELIGIBLE and heads.eligible is None:
        raise CannotCountError(Mistake.ELIGIBLE_NEEDED, "threshold")
    equal = all(weight == 1 for weight in weights.per_ballot.values())
    if of is Denominator.ELIGIBLE and heads.eligible is not None and equal and not weights.forfeited:
        # Where all weigh the same, the size of the roll is enough to know; it need not be known by class.
        strength = Fraction(heads.eligible)
    else:
        strength = sum((weights.per_ballot[c.name] * c.people(of) for c in heads.classes), weights.forfeited)
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


def _own_share(rule: CountingRule, c: HeadCount, leaders: tuple[str, ...]) -> Fraction | None:
    of = rule.class_rule.threshold.of if isinstance(rule.class_rule, EachClass) else Denominator.CAST
    return share_in_class(rule, c, leaders[0], of) if len(leaders) == 1 else None


def _shortfalls(
    rule: CountingRule, heads: Heads, totals: Mapping[str, Fraction], leaders: tuple[str, ...], share: Fraction | None
) -> tuple[Shortfall, ...]:
    found = missed_quorums(rule, heads)
    if len(leaders) == 1:
        found += missed_class_thresholds(rule, heads, leaders[0])
    decisive = missed_threshold(rule.threshold, share, anything_cast=any(totals.values()))
    # A yes/no rule of "at least one half" says in so many words that half is enough; nobody can choose between two options that lead.
    if _is_tie(rule, totals, leaders) and (decisive or rule.method is not Method.YES_NO_ABSTAIN):
        decisive.append(Shortfall(Reason.TIE))
    return tuple(found + decisive)
