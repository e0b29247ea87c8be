"""Counts a federated vote, in which several co-ops decide together.

- Pooled: all ballots are counted as those of one co-op; its quorum is that of all members together.
- One co-op one vote, fixed weights: each co-op's ballots are counted separately, class rule and quorum included; the co-op as a whole then
  has one vote, or its weight.
- Double majority: the members pooled *and* the co-ops, one vote each. A co-op's stance needs its own quorum; its members' ballots are
  pooled whether it reaches it or not.
- All co-ops: no co-op may be outvoted.

A co-op below its own quorum is left out unless the rule says that it counts against or blocks. `co_op_threshold` is measured on the
co-ops that were not left out; `eligible` on all that take part. Co-ops that split evenly do not pass under "more than half".
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from libs.rulebook.counting import Basis, BelowQuorum, CountingRule, Denominator, Method, Quorum, Threshold
from services.governance.domain.head_count import FOR, CannotCountError, CountingMistake, EligibleCounts, VoteCounts
from services.governance.domain.tally import Tally, tally
from services.governance.domain.thresholds import Shortfall, ShortfallReason, check_rule, missed_threshold


@dataclass(frozen=True)
class CoOpVotes:
    """One co-op's roll and votes, and its own quorum where that differs from the rule's."""

    eligible: EligibleCounts
    votes: VoteCounts
    voters: Mapping[str, int] | None = None
    quorum: Quorum | None = None


class CoOpStance(StrEnum):
    """How a co-op as a whole counts towards the result."""

    AGREES = "agrees"
    """Its own result passes; with several options, `CoOpResult.choice` names the one."""
    DOES_NOT_AGREE = "does_not_agree"
    LEFT_OUT = "left_out"
    BLOCKS = "blocks"


@dataclass(frozen=True)
class CoOpResult:
    """One co-op's own tally and how it counts towards the result."""

    co_op: str
    tally: Tally
    stance: CoOpStance
    weight: Fraction

    @property
    def choice(self) -> str | None:
        return self.tally.winner if self.stance is CoOpStance.AGREES else None

    @property
    def is_counted(self) -> bool:
        return self.stance in {CoOpStance.AGREES, CoOpStance.DOES_NOT_AGREE}


@dataclass(frozen=True)
class FederatedTally:
    """The result of a federated vote; co-ops are in alphabetical order."""

    basis: Basis
    members: Tally | None
    """All members pooled; for the bases pooled and double majority."""
    co_ops: tuple[CoOpResult, ...]
    """Empty for basis pooled."""
    choice: str | None
    """`for`, or the option that leads; None where several co-ops' choices tie or there is none."""
    share_of_co_ops: Fraction | None
    """Weight of the co-ops behind `choice`; None for basis pooled and where no co-op was counted."""
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
        """The single share that decides; None under a double majority, which has two."""
        if self.basis is Basis.DOUBLE_MAJORITY:
            return None
        return self.members.share_for if self.basis is Basis.POOLED and self.members else self.share_of_co_ops


def tally_federated_votes(rule: CountingRule, co_ops: Mapping[str, CoOpVotes], roll: EligibleCounts = None) -> FederatedTally:
    """Count a federated vote by `rule.basis`.

    `roll` is the pooled roll, where it is known only for all co-ops together. Raises `CannotCountError`.
    """
    check_rule(rule)
    if not co_ops:
        raise CannotCountError(CountingMistake.NO_CO_OPS, "co_ops")
    members = _tally_pooled(rule, co_ops, roll) if rule.basis in {Basis.POOLED, Basis.DOUBLE_MAJORITY} else None
    if members is not None and rule.basis is Basis.POOLED:
        choice = members.leaders[0] if len(members.leaders) == 1 else None
        return FederatedTally(rule.basis, members, (), choice, None, members.tie, members.shortfalls)
    return _tally_by_co_op(rule, members, _co_op_results(rule, co_ops))


def _tally_by_co_op(rule: CountingRule, members: Tally | None, results: tuple[CoOpResult, ...]) -> FederatedTally:
    choice, tie = _leading_choice(rule, members, results)
    of = (rule.co_op_threshold or rule.threshold).of
    denominator_results = [result for result in results if result.is_counted or of is Denominator.ELIGIBLE]
    total_weight = sum((result.weight for result in denominator_results), Fraction(0))
    weight_for_choice = sum((result.weight for result in results if choice is not None and result.choice == choice), Fraction(0))
    share = weight_for_choice / total_weight if total_weight else None
    shortfalls = [*(members.shortfalls if members else ()), *_co_op_shortfalls(rule, results, share, choice)]
    if tie and (shortfalls or rule.method is not Method.YES_NO_ABSTAIN):
        shortfalls.append(Shortfall(ShortfallReason.TIE))
    return FederatedTally(rule.basis, members, results, choice, share, tie, _sorted_shortfalls(shortfalls))


def _tally_pooled(rule: CountingRule, co_ops: Mapping[str, CoOpVotes], roll: EligibleCounts) -> Tally:
    votes: dict[str, Counter[str]] = {}
    voters: Counter[str] = Counter()
    for co_op_votes in co_ops.values():
        for name, options in co_op_votes.votes.items():
            votes.setdefault(name, Counter()).update(options)
        voters.update(co_op_votes.voters or {})
    some_voters = voters if any(co_op_votes.voters is not None for co_op_votes in co_ops.values()) else None
    return tally(rule, _pooled_roll(rule, co_ops) if roll is None else roll, votes, some_voters)


def _pooled_roll(rule: CountingRule, co_ops: Mapping[str, CoOpVotes]) -> EligibleCounts:
    total: Counter[str] = Counter()
    number = 0
    by_class = True
    for co_op_votes in co_ops.values():
        if co_op_votes.eligible is None:
            return None
        if isinstance(co_op_votes.eligible, int):
            by_class = False
            number += co_op_votes.eligible
        else:
            total.update(co_op_votes.eligible)
            number += sum(people for name, people in co_op_votes.eligible.items() if name not in rule.excluded)
    return total if by_class else number


def _co_op_results(rule: CountingRule, co_ops: Mapping[str, CoOpVotes]) -> tuple[CoOpResult, ...]:
    weights = _co_op_weights(rule, co_ops)
    results: list[CoOpResult] = []
    for co_op in sorted(co_ops):
        co_op_votes = co_ops[co_op]
        tally_of_co_op = tally(
            replace(rule, quorum=co_op_votes.quorum or rule.quorum), co_op_votes.eligible, co_op_votes.votes, co_op_votes.voters
        )
        results.append(CoOpResult(co_op, tally_of_co_op, _stance(rule, tally_of_co_op), weights[co_op]))
    return tuple(results)


def _co_op_weights(rule: CountingRule, co_ops: Mapping[str, CoOpVotes]) -> dict[str, Fraction]:
    if rule.basis is not Basis.FIXED_WEIGHTS:
        return dict.fromkeys(co_ops, Fraction(1))
    weights = dict(rule.co_op_weights)
    if missing := co_ops.keys() - weights.keys():
        raise CannotCountError(CountingMistake.WEIGHT_MISSING, min(missing))
    if unknown := weights.keys() - co_ops.keys():
        raise CannotCountError(CountingMistake.UNKNOWN_CO_OP, min(unknown))
    if not_positive := [name for name, weight in weights.items() if weight <= 0]:
        raise CannotCountError(CountingMistake.WEIGHT_NOT_POSITIVE, min(not_positive))
    return weights


def _stance(rule: CountingRule, co_op_tally: Tally) -> CoOpStance:
    if co_op_tally.quorate or rule.below_quorum is BelowQuorum.AGAINST:
        return CoOpStance.AGREES if co_op_tally.passes else CoOpStance.DOES_NOT_AGREE
    return CoOpStance.BLOCKS if rule.below_quorum is BelowQuorum.BLOCKS else CoOpStance.LEFT_OUT


def _leading_choice(rule: CountingRule, members: Tally | None, results: tuple[CoOpResult, ...]) -> tuple[str | None, bool]:
    weight_by_choice: dict[str, Fraction] = {}
    for result in results:
        if result.choice is not None:
            weight_by_choice[result.choice] = weight_by_choice.get(result.choice, Fraction(0)) + result.weight
    if rule.method is Method.YES_NO_ABSTAIN:
        against = sum((result.weight for result in results if result.stance is CoOpStance.DOES_NOT_AGREE), Fraction(0))
        return FOR, weight_by_choice.get(FOR, Fraction(0)) == against > 0
    if members is not None:
        return (members.leaders[0], False) if len(members.leaders) == 1 else (None, members.tie)
    leaders = [option for option, weight in weight_by_choice.items() if weight == max(weight_by_choice.values())]
    return (leaders[0], False) if len(leaders) == 1 else (None, len(leaders) > 1)


def _co_op_shortfalls(rule: CountingRule, results: tuple[CoOpResult, ...], share: Fraction | None, choice: str | None) -> list[Shortfall]:
    blocking = tuple(result.co_op for result in results if result.stance is CoOpStance.BLOCKS)
    counted_results = [result for result in results if result.is_counted]
    if blocking or not counted_results:
        return [Shortfall(ShortfallReason.QUORUM, blocking or tuple(result.co_op for result in results))]
    if rule.basis is Basis.ALL_CO_OPS:
        outvoted = tuple(result.co_op for result in counted_results if choice is None or result.choice != choice)
        return [Shortfall(ShortfallReason.THRESHOLD, outvoted)] if outvoted else []
    threshold: Threshold = rule.co_op_threshold or rule.threshold
    reason = ShortfallReason.CO_OP_THRESHOLD if rule.basis is Basis.DOUBLE_MAJORITY else ShortfallReason.THRESHOLD
    return missed_threshold(threshold, share, anything_cast=True, reason=reason)


def _sorted_shortfalls(shortfalls: list[Shortfall]) -> tuple[Shortfall, ...]:
    order = list(ShortfallReason)
    unique = dict.fromkeys(shortfalls)
    return tuple(sorted(unique, key=lambda shortfall: order.index(shortfall.reason)))
