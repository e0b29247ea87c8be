"""The count when several co-ops decide together.

- Pooled: all ballots as if it were one co-op; its quorum is that of all members together.
- One co-op one vote, fixed weights: every co-op counts by itself first, class rule and quorum included, and then has one vote, or its
  weight, as a whole.
- Double majority: the members pooled *and* the co-ops, one vote each. A co-op's stance needs its own quorum; its members' ballots are
  pooled whether it reaches it or not.
- All co-ops: nobody is outvoted.

A co-op below its own quorum is left out unless the rule says that it counts against or blocks. `co_op_threshold` is measured on the
co-ops that have a stance; `eligible` on all that take part. Co-ops that split evenly do not pass under "more than half".
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from libs.rulebook.counting import Basis, BelowQuorum, CountingRule, Denominator, Method, Quorum, Threshold
from services.governance.domain.head_count import FOR, CannotCountError, Eligible, Mistake, Votes
from services.governance.domain.tally import Tally, tally
from services.governance.domain.thresholds import Reason, Shortfall, check_rule, missed_threshold


@dataclass(frozen=True)
class CoOpVotes:
    """What one co-op brings: its roll, its votes, and its own quorum where that differs from the rule's."""

    eligible: Eligible
    votes: Votes
    voters: Mapping[str, int] | None = None
    quorum: Quorum | None = None


class Stance(StrEnum):
    """Where a co-op stands as a whole."""

    AGREES = "agrees"
    """Its own result passes; with several options, `CoOpResult.choice` names the one."""
    DOES_NOT_AGREE = "does_not_agree"
    LEFT_OUT = "left_out"
    BLOCKS = "blocks"


@dataclass(frozen=True)
class CoOpResult:
    """One co-op's own count and what it means for the whole."""

    co_op: str
    tally: Tally
    stance: Stance
    weight: Fraction

    @property
    def choice(self) -> str | None:
        return self.tally.winner if self.stance is Stance.AGREES else None

    @property
    def heard(self) -> bool:
        return self.stance in {Stance.AGREES, Stance.DOES_NOT_AGREE}


@dataclass(frozen=True)
class JointTally:
    """The result across co-ops, which stand in alphabetical order."""

    basis: Basis
    members: Tally | None
    """All members pooled; for the bases pooled and double majority."""
    co_ops: tuple[CoOpResult, ...]
    """Empty for basis pooled."""
    choice: str | None
    """`for`, or the option that leads; None where several co-ops' choices tie or there is none."""
    share_of_co_ops: Fraction | None
    """Weight of the co-ops behind `choice`; None for basis pooled and where no co-op was heard."""
    tie: bool
    shortfalls: tuple[Shortfall, ...]

    @property
    def passes(self) -> bool:
        return not self.shortfalls

    @property
    def winner(self) -> str | None:
        return self.choice if self.passes else None

    @property
    def failing(self) -> Shortfall | None:
        return self.shortfalls[0] if self.shortfalls else None

    @property
    def share_for(self) -> Fraction | None:
        """The one share that decides; None under a double majority, which has two."""
        if self.basis is Basis.DOUBLE_MAJORITY:
            return None
        return self.members.share_for if self.basis is Basis.POOLED and self.members else self.share_of_co_ops


def tally_across(rule: CountingRule, co_ops: Mapping[str, CoOpVotes], roll: Eligible = None) -> JointTally:
    """Count by `rule.basis`.

    `roll` is the pooled roll where it is known only for all co-ops together. Raises `CannotCountError`.
    """
    check_rule(rule)
    if not co_ops:
        raise CannotCountError(Mistake.NO_CO_OPS, "co_ops")
    members = _pooled(rule, co_ops, roll) if rule.basis in {Basis.POOLED, Basis.DOUBLE_MAJORITY} else None
    if members is not None and rule.basis is Basis.POOLED:
        choice = members.leaders[0] if len(members.leaders) == 1 else None
        return JointTally(rule.basis, members, (), choice, None, members.tie, members.shortfalls)
    return _by_co_op(rule, members, _results(rule, co_ops))


def _by_co_op(rule: CountingRule, members: Tally | None, results: tuple[CoOpResult, ...]) -> JointTally:
    choice, tie = _choice(rule, members, results)
    of = (rule.co_op_threshold or rule.threshold).of
    counted = [r for r in results if r.heard or of is Denominator.ELIGIBLE]
    whole = sum((r.weight for r in counted), Fraction(0))
    behind = sum((r.weight for r in results if choice is not None and r.choice == choice), Fraction(0))
    share = behind / whole if whole else None
    found = [*(members.shortfalls if members else ()), *_missed(rule, results, share, choice)]
    if tie and (found or rule.method is not Method.YES_NO_ABSTAIN):
        found.append(Shortfall(Reason.TIE))
    return JointTally(rule.basis, members, results, choice, share, tie, _in_order(found))


def _pooled(rule: CountingRule, co_ops: Mapping[str, CoOpVotes], roll: Eligible) -> Tally:
    votes: dict[str, Counter[str]] = {}
    voters: Counter[str] = Counter()
    for brought in co_ops.values():
        for name, options in brought.votes.items():
            votes.setdefault(name, Counter()).update(options)
        voters.update(brought.voters or {})
    some_voters = voters if any(brought.voters is not None for brought in co_ops.values()) else None
    return tally(rule, _pooled_roll(rule, co_ops) if roll is None else roll, votes, some_voters)


def _pooled_roll(rule: CountingRule, co_ops: Mapping[str, CoOpVotes]) -> Eligible:
    total: Counter[str] = Counter()
    number = 0
    by_class = True
    for brought in co_ops.values():
        if brought.eligible is None:
            return None
        if isinstance(brought.eligible, int):
            by_class = False
            number += brought.eligible
        else:
            total.update(brought.eligible)
            number += sum(people for name, people in brought.eligible.items() if name not in rule.excluded)
    return total if by_class else number


def _results(rule: CountingRule, co_ops: Mapping[str, CoOpVotes]) -> tuple[CoOpResult, ...]:
    weights = _weights(rule, co_ops)
    results: list[CoOpResult] = []
    for co_op in sorted(co_ops):
        brought = co_ops[co_op]
        own = tally(replace(rule, quorum=brought.quorum or rule.quorum), brought.eligible, brought.votes, brought.voters)
        results.append(CoOpResult(co_op, own, _stance(rule, own), weights[co_op]))
    return tuple(results)


def _weights(rule: CountingRule, co_ops: Mapping[str, CoOpVotes]) -> dict[str, Fraction]:
    if rule.basis is not Basis.FIXED_WEIGHTS:
        return dict.fromkeys(co_ops, Fraction(1))
    weights = dict(rule.co_op_weights)
    if missing := co_ops.keys() - weights.keys():
        raise CannotCountError(Mistake.WEIGHT_MISSING, min(missing))
    if unknown := weights.keys() - co_ops.keys():
        raise CannotCountError(Mistake.UNKNOWN_CO_OP, min(unknown))
    if light := [name for name, weight in weights.items() if weight <= 0]:
        raise CannotCountError(Mistake.WEIGHT_NOT_POSITIVE, min(light))
    return weights


def _stance(rule: CountingRule, own: Tally) -> Stance:
    if own.quorate or rule.below_quorum is BelowQuorum.AGAINST:
        return Stance.AGREES if own.passes else Stance.DOES_NOT_AGREE
    return Stance.BLOCKS if rule.below_quorum is BelowQuorum.BLOCKS else Stance.LEFT_OUT


def _choice(rule: CountingRule, members: Tally | None, results: tuple[CoOpResult, ...]) -> tuple[str | None, bool]:
    weighed: dict[str, Fraction] = {}
    for r in results:
        if r.choice is not None:
            weighed[r.choice] = weighed.get(r.choice, Fraction(0)) + r.weight
    if rule.method is Method.YES_NO_ABSTAIN:
        against = sum((r.weight for r in results if r.stance is Stance.DOES_NOT_AGREE), Fraction(0))
        return FOR, weighed.get(FOR, Fraction(0)) == against > 0
    if members is not None:
        return (members.leaders[0], False) if len(members.leaders) == 1 else (None, members.tie)
    leaders = [option for option, weight in weighed.items() if weight == max(weighed.values())]
    return (leaders[0], False) if len(leaders) == 1 else (None, len(leaders) > 1)


def _missed(rule: CountingRule, results: tuple[CoOpResult, ...], share: Fraction | None, choice: str | None) -> list[Shortfall]:
    blocking = tuple(r.co_op for r in results if r.stance is Stance.BLOCKS)
    heard = [r for r in results if r.heard]
    if blocking or not heard:
        return [Shortfall(Reason.QUORUM, blocking or tuple(r.co_op for r in results))]
    if rule.basis is Basis.ALL_CO_OPS:
        outvoted = tuple(r.co_op for r in heard if choice is None or r.choice != choice)
        return [Shortfall(Reason.THRESHOLD, outvoted)] if outvoted else []
    threshold: Threshold = rule.co_op_threshold or rule.threshold
    reason = Reason.CO_OP_THRESHOLD if rule.basis is Basis.DOUBLE_MAJORITY else Reason.THRESHOLD
    return missed_threshold(threshold, share, anything_cast=True, reason=reason)


def _in_order(found: list[Shortfall]) -> tuple[Shortfall, ...]:
    order = list(Reason)
    kept = dict.fromkeys(found)
    return tuple(sorted(kept, key=lambda shortfall: order.index(shortfall.reason)))
