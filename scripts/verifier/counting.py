"""Check 14, within one body: counts the ballots of one co-op, or of all pooled, by docs/formats/count.md. All numbers are exact."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from scripts.verifier.vote_rule import ABSTAIN, MOTION_METHODS, EachClassThreshold, FixedShares, GroupCap, Quorum, VoteRule

Reason = tuple[str, tuple[str, ...]]


@dataclass
class GroupTally:
    """`tally`: ballots by option, or points for score. Abstentions are in `voters` and `abstained`, never in `tally`.

    An empty ballot of approval or score is not an abstention: it was cast and marked nothing.
    """

    rows: int = 0
    voters: int = 0
    abstained: int = 0
    tally: Counter[str] = field(default_factory=Counter)

    def people(self, measure: str) -> int:
        return {"eligible": self.rows, "present": self.voters, "cast": self.voters - self.abstained}[measure]

    def is_silent(self, measure: str) -> bool:
        """Whether nobody took part: with the measure `cast` an abstention is silent, otherwise it takes part."""
        return not self.people("cast" if measure == "cast" else "present")

    def add(self, other: "GroupTally") -> None:
        self.rows += other.rows
        self.voters += other.voters
        self.abstained += other.abstained
        self.tally.update(other.tally)


GroupTallies = Mapping[str, GroupTally]


@dataclass(frozen=True)
class CountResult:
    """`leaders`: the leading options (of a motion always the first, for); `ballots`: the weight of one ballot of each group."""

    share: Fraction | None
    whole: Fraction
    turnout: Fraction | None
    totals: Mapping[str, Fraction]
    ballots: Mapping[str, Fraction]
    leaders: tuple[str, ...]
    tie: bool
    reasons: frozenset[Reason]

    @property
    def option(self) -> str:
        """The only leading option, or an empty string."""
        return self.leaders[0] if len(self.leaders) == 1 else ""

    @property
    def passes(self) -> bool:
        return not self.reasons

    @property
    def below_quorum(self) -> bool:
        return any(code in {"quorum", "class_quorum"} for code, _ in self.reasons)


def pool_co_ops(bodies: Mapping[str, GroupTallies]) -> dict[str, GroupTally]:
    """All co-ops pooled as if they were one."""
    pooled: dict[str, GroupTally] = {}
    for body in bodies.values():
        for name, group in body.items():
            pooled.setdefault(name, GroupTally()).add(group)
    return pooled


def count_ballots(body: GroupTallies, options: list[str], rule: VoteRule, quorum: Quorum) -> CountResult:
    """`body` has every group that is not excluded, even one without rows."""
    choosable = [option for option in options if option != ABSTAIN]
    weights = _ballot_weights(body, rule)
    totals = {option: _weighted_sum(weights, {name: group.tally[option] for name, group in body.items()}) for option in choosable}
    whole = _measured_total(body, weights, rule)
    leaders = _leading_options(totals, rule)
    option = leaders[0] if len(leaders) == 1 else ""
    first = leaders[0] if leaders else choosable[0]
    share = totals[first] / whole if whole else None
    any_votes = any(totals.values())
    reached = any_votes and share is not None and rule.threshold.reached(share)
    tie = len(leaders) > 1 or (rule.method in MOTION_METHODS and any_votes and len(set(totals.values())) == 1)
    reasons: set[Reason] = set(_missed_quorums(body, rule, quorum)) | set(_missed_class_thresholds(body, rule, option))
    if not reached:
        reasons.add(("threshold", ()))
    if tie and not (reached and rule.method in MOTION_METHODS):
        reasons.add(("tie", ()))
    if not any_votes:
        reasons.add(("nothing_cast", ()))
    rows, voters = sum(group.rows for group in body.values()), sum(group.voters for group in body.values())
    turnout = Fraction(voters, rows) if rows else None
    weighed = {name: _reported_weight(name, group, weights, rule) for name, group in body.items() if group.rows}
    return CountResult(share, whole, turnout, totals, weighed, tuple(leaders), tie, frozenset(reasons))


def _ballot_weights(body: GroupTallies, rule: VoteRule) -> dict[str, Fraction]:
    """The weight of one ballot of each group, where it is defined."""
    match rule.class_rule:
        case GroupCap(groups=capped_groups, fraction=fraction, measured_on=measure):
            inside = sum(group.people(measure) for name, group in body.items() if name in capped_groups)
            outside = sum(group.people(measure) for name, group in body.items() if name not in capped_groups)
            over = inside > fraction * (inside + outside)
            # The cap: together they weigh f / (1 - f) of the others, spread equally.
            each = fraction / (1 - fraction) * outside / inside if over else Fraction(1)
            return {name: each if name in capped_groups else Fraction(1) for name in body}
        case FixedShares() as fixed:
            shares = _active_shares(body, rule, fixed)
            people = {name: body[name].people(rule.threshold.of) for name in shares}
            return {name: share / people[name] for name, share in shares.items() if people[name]}
        case _:
            return dict.fromkeys(body, Fraction(1))


def _reported_weight(name: str, group: GroupTally, weights: Mapping[str, Fraction], rule: VoteRule) -> Fraction:
    """The weight of one ballot as the outcome reports it: 0 under fixed shares if nobody of the group took part."""
    silent = isinstance(rule.class_rule, FixedShares) and group.is_silent(rule.threshold.of)
    return Fraction(0) if silent else weights.get(name, Fraction(0))


def _active_shares(body: GroupTallies, rule: VoteRule, fixed: FixedShares) -> dict[str, Fraction]:
    """The shares that take part, scaled to sum 1. An excluded group always gives its share to the others."""
    silent = {name for name, group in body.items() if fixed.redistribute and group.is_silent(rule.threshold.of)}
    active = {name: fixed.shares[name] for name in body if name not in silent}
    whole = sum(active.values())
    return {name: share / whole for name, share in active.items()}


def _measured_total(body: GroupTallies, weights: Mapping[str, Fraction], rule: VoteRule) -> Fraction:
    """The total on which a share is measured."""
    if isinstance(rule.class_rule, FixedShares):
        # A forfeited share stays in the total.
        people = sum(_active_shares(body, rule, rule.class_rule).values(), Fraction(0))
    else:
        people = _weighted_sum(weights, {name: group.people(rule.threshold.of) for name, group in body.items()})
    return people * rule.highest_score


def _weighted_sum(weights: Mapping[str, Fraction], numbers: Mapping[str, int]) -> Fraction:
    return sum((weights[name] * number for name, number in numbers.items() if name in weights), Fraction(0))


def _leading_options(totals: Mapping[str, Fraction], rule: VoteRule) -> list[str]:
    if rule.method in MOTION_METHODS:
        return list(totals)[:1]
    most = max(totals.values())
    return [option for option, total in totals.items() if total == most and most]


def _missed_quorums(body: GroupTallies, rule: VoteRule, quorum: Quorum) -> list[Reason]:
    voters, rows = sum(group.voters for group in body.values()), sum(group.rows for group in body.values())
    reasons: list[Reason] = [] if quorum.reached(voters, rows) else [("quorum", ())]
    short = [
        name for name, minimum in rule.class_quorums.items() if name in body and not minimum.reached(body[name].voters, body[name].rows)
    ]
    return [*reasons, ("class_quorum", tuple(sorted(short)))] if short else reasons


def _missed_class_thresholds(body: GroupTallies, rule: VoteRule, option: str) -> list[Reason]:
    """Empty unless exactly one option leads."""
    if not isinstance(rule.class_rule, EachClassThreshold) or not option:
        return []
    against = sorted(name for name, group in body.items() if group.rows and not _group_agrees(group, rule, rule.class_rule, option))
    return [("class_threshold", tuple(against))] if against else []


def _group_agrees(group: GroupTally, rule: VoteRule, each: EachClassThreshold, option: str) -> bool:
    if group.is_silent(each.threshold.of):
        return not each.silent_blocks
    people = group.people(each.threshold.of) * rule.highest_score
    return each.threshold.reached(Fraction(group.tally[option], people))
