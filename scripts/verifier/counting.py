"""Check 14, within one body: the votes of one co-op or of all together, by docs/formats/count.md. Every number is exact."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from scripts.verifier.rule import ABSTAIN, MOTIONS, Cap, EachClass, FixedShares, Quorum, Rule

Reason = tuple[str, tuple[str, ...]]


@dataclass
class Group:
    """`marks`: ballots by option, or points for score. Abstentions are in `voters` and `abstained`, never in `marks`.

    An empty ballot of approval or score is no abstention: it was cast and marked nothing.
    """

    rows: int = 0
    voters: int = 0
    abstained: int = 0
    marks: Counter[str] = field(default_factory=Counter)

    def people(self, of: str) -> int:
        return {"eligible": self.rows, "present": self.voters, "cast": self.voters - self.abstained}[of]

    def silent(self, of: str) -> bool:
        """Nobody spoke: in a share of votes cast an abstention is silent, elsewhere it is heard."""
        return not self.people("cast" if of == "cast" else "present")

    def add(self, other: "Group") -> None:
        self.rows += other.rows
        self.voters += other.voters
        self.abstained += other.abstained
        self.marks.update(other.marks)


Body = Mapping[str, Group]


@dataclass(frozen=True)
class Result:
    """`leaders` has what leads, which is the motion where there are only for and against; `ballots` what one ballot of a group weighs."""

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
        """What leads alone, or nothing."""
        return self.leaders[0] if len(self.leaders) == 1 else ""

    @property
    def passes(self) -> bool:
        return not self.reasons

    @property
    def below_quorum(self) -> bool:
        return any(code in {"quorum", "class_quorum"} for code, _ in self.reasons)


def together(bodies: Mapping[str, Body]) -> dict[str, Group]:
    """All co-ops as if they were one."""
    pooled: dict[str, Group] = {}
    for body in bodies.values():
        for name, group in body.items():
            pooled.setdefault(name, Group()).add(group)
    return pooled


def count(body: Body, options: list[str], rule: Rule, quorum: Quorum) -> Result:
    """`body` has every group that is not excluded, with rows or without."""
    spoken = [option for option in options if option != ABSTAIN]
    weights = _weights(body, rule)
    totals = {option: _sum(weights, {name: group.marks[option] for name, group in body.items()}) for option in spoken}
    whole = _whole(body, weights, rule)
    leaders = _leaders(totals, rule)
    option = leaders[0] if len(leaders) == 1 else ""
    first = leaders[0] if leaders else spoken[0]
    share = totals[first] / whole if whole else None
    anything = any(totals.values())
    reached = anything and share is not None and rule.threshold.reached(share)
    tie = len(leaders) > 1 or (rule.method in MOTIONS and anything and len(set(totals.values())) == 1)
    reasons: set[Reason] = set(_quorums(body, rule, quorum)) | set(_each_class(body, rule, option))
    if not reached:
        reasons.add(("threshold", ()))
    if tie and not (reached and rule.method in MOTIONS):
        reasons.add(("tie", ()))
    if not anything:
        reasons.add(("nothing_cast", ()))
    rows, voters = sum(group.rows for group in body.values()), sum(group.voters for group in body.values())
    turnout = Fraction(voters, rows) if rows else None
    weighed = {name: _ballot(name, group, weights, rule) for name, group in body.items() if group.rows}
    return Result(share, whole, turnout, totals, weighed, tuple(leaders), tie, frozenset(reasons))


def _weights(body: Body, rule: Rule) -> dict[str, Fraction]:
    """What one ballot of each group weighs, where that is defined."""
    match rule.class_rule:
        case Cap(groups=capped, fraction=fraction, measured_on=of):
            inside = sum(group.people(of) for name, group in body.items() if name in capped)
            outside = sum(group.people(of) for name, group in body.items() if name not in capped)
            over = inside > fraction * (inside + outside)
            # A ceiling: together f / (1 - f) of what the others weigh, spread equally.
            each = fraction / (1 - fraction) * outside / inside if over else Fraction(1)
            return {name: each if name in capped else Fraction(1) for name in body}
        case FixedShares() as fixed:
            shares = _shares(body, rule, fixed)
            people = {name: body[name].people(rule.threshold.of) for name in shares}
            return {name: share / people[name] for name, share in shares.items() if people[name]}
        case _:
            return dict.fromkeys(body, Fraction(1))


def _ballot(name: str, group: Group, weights: Mapping[str, Fraction], rule: Rule) -> Fraction:
    """What the outcome says one ballot weighs: under fixed shares nothing, where nobody of the group spoke."""
    silent = isinstance(rule.class_rule, FixedShares) and group.silent(rule.threshold.of)
    return Fraction(0) if silent else weights.get(name, Fraction(0))


def _shares(body: Body, rule: Rule, fixed: FixedShares) -> dict[str, Fraction]:
    """The shares that are in play, grown to 1. What is excluded gives its share to the others in either case."""
    silent = {name for name, group in body.items() if fixed.redistribute and group.silent(rule.threshold.of)}
    playing = {name: fixed.shares[name] for name in body if name not in silent}
    whole = sum(playing.values())
    return {name: share / whole for name, share in playing.items()}


def _whole(body: Body, weights: Mapping[str, Fraction], rule: Rule) -> Fraction:
    """What a share is measured on."""
    if isinstance(rule.class_rule, FixedShares):
        # A share that is forfeited stays in the whole.
        people = sum(_shares(body, rule, rule.class_rule).values(), Fraction(0))
    else:
        people = _sum(weights, {name: group.people(rule.threshold.of) for name, group in body.items()})
    return people * rule.highest_score


def _sum(weights: Mapping[str, Fraction], numbers: Mapping[str, int]) -> Fraction:
    return sum((weights[name] * number for name, number in numbers.items() if name in weights), Fraction(0))


def _leaders(totals: Mapping[str, Fraction], rule: Rule) -> list[str]:
    if rule.method in MOTIONS:
        return list(totals)[:1]
    most = max(totals.values())
    return [option for option, total in totals.items() if total == most and most]


def _quorums(body: Body, rule: Rule, quorum: Quorum) -> list[Reason]:
    voters, rows = sum(group.voters for group in body.values()), sum(group.rows for group in body.values())
    reasons: list[Reason] = [] if quorum.reached(voters, rows) else [("quorum", ())]
    short = [name for name, least in rule.class_quorums.items() if name in body and not least.reached(body[name].voters, body[name].rows)]
    return [*reasons, ("class_quorum", tuple(sorted(short)))] if short else reasons


def _each_class(body: Body, rule: Rule, option: str) -> list[Reason]:
    """Nothing to judge where several options lead together, or none does."""
    if not isinstance(rule.class_rule, EachClass) or not option:
        return []
    against = sorted(name for name, group in body.items() if group.rows and not _is_for(group, rule, rule.class_rule, option))
    return [("class_threshold", tuple(against))] if against else []


def _is_for(group: Group, rule: Rule, each: EachClass, option: str) -> bool:
    if group.silent(each.threshold.of):
        return not each.silent_blocks
    people = group.people(each.threshold.of) * rule.highest_score
    return each.threshold.reached(Fraction(group.marks[option], people))
