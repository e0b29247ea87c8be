"""Counting rules as data: methods, bases, class rules, thresholds and quorums.

A rulebook sets *method x basis x class rule x thresholds* for every resolution type. These values say which; the counting itself is
done by governance (`services/governance/domain/tally.py`). Every number is an exact `Fraction`: a vote is never decided by a rounding.
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Method(StrEnum):
    """What a ballot can contain."""

    YES_NO_ABSTAIN = "yes_no_abstain"
    PLURALITY = "plurality"
    APPROVAL = "approval"
    SCORE = "score"


class Basis(StrEnum):
    """How votes are combined when several co-ops decide. One co-op alone always counts `POOLED`."""

    POOLED = "pooled"
    ONE_CO_OP_ONE_VOTE = "one_co_op_one_vote"
    DOUBLE_MAJORITY = "double_majority"
    ALL_CO_OPS = "all_co_ops"
    FIXED_WEIGHTS = "fixed_weights"


class Denominator(StrEnum):
    """What a share is a share of."""

    CAST = "cast"
    """For and against. Abstentions count for quorum and turnout, not here."""
    PRESENT = "present"
    """Everybody with a counted ballot, abstentions included."""
    ELIGIBLE = "eligible"
    """Everybody on the roll."""


class SilentClass(StrEnum):
    """What happens to a class's fixed share when nobody of that class votes."""

    FORFEIT = "forfeit"
    """The share stays in the denominator and counts for neither side."""
    REDISTRIBUTE = "redistribute"
    """The other classes' shares grow in proportion, so that they sum to one again."""


class BelowQuorum(StrEnum):
    """How a co-op below its own quorum counts where every co-op first decides on its own."""

    LEFT_OUT = "left_out"
    """It counts on neither side and is not among the co-ops counted."""
    AGAINST = "against"
    """It counts as a co-op that did not agree."""
    BLOCKS = "blocks"
    """The motion fails."""


@dataclass(frozen=True)
class Threshold:
    """The share of `of` that must be for: more than `fraction` when `strict`, at least `fraction` when not."""

    fraction: Fraction
    strict: bool
    of: Denominator = Denominator.CAST

    def met_by(self, share: Fraction) -> bool:
        return share > self.fraction if self.strict else share >= self.fraction


@dataclass(frozen=True)
class Quorum:
    """At least `fraction` of the eligible, and at least `count` people, must have a counted ballot (abstentions included)."""

    fraction: Fraction = Fraction(0)
    count: int = 0


@dataclass(frozen=True)
class OneMemberOneVote:
    """Every ballot weighs one."""


@dataclass(frozen=True)
class ClassCap:
    """`classes` together never weigh more than `fraction` of the whole: a ceiling, never a floor.

    `measured_on` says whether the whole is the votes cast, everybody present or the whole roll's strength. The joint weight is
    spread equally over the capped classes' ballots, and no ballot ever weighs more than one.
    """

    classes: tuple[str, ...]
    fraction: Fraction
    measured_on: Denominator = Denominator.CAST


@dataclass(frozen=True)
class FixedShares:
    """Each class weighs its share whatever its head count. Shares are positive and sum to one.

    The share of an excluded class goes to the others in proportion: it is not silent, it was not asked.
    """

    shares: tuple[tuple[str, Fraction], ...]
    silent: SilentClass = SilentClass.FORFEIT


@dataclass(frozen=True)
class EachClass:
    """The whole must reach the threshold, and so must every class on its own.

    `silent_blocks` says whether a class that casts nothing fails the motion. A class with nobody on the roll never does.
    """

    threshold: Threshold
    silent_blocks: bool = False


ClassRule = OneMemberOneVote | ClassCap | FixedShares | EachClass


@dataclass(frozen=True)
class CountingRule:
    """Everything that the count needs besides the ballots."""

    method: Method
    class_rule: ClassRule
    threshold: Threshold
    basis: Basis = Basis.POOLED
    quorum: Quorum = Quorum()
    class_quorums: tuple[tuple[str, Quorum], ...] = ()
    excluded: tuple[str, ...] = ()
    """Classes that have no vote on this type of resolution; they are left off the roll."""
    highest_score: int | None = None
    """The most points one ballot may give one option. Method `SCORE` needs it, the others have none."""
    co_op_threshold: Threshold | None = None
    """The share of the co-ops that must agree; `threshold` if None."""
    co_op_weights: tuple[tuple[str, Fraction], ...] = ()
    """What each co-op's vote weighs under `FIXED_WEIGHTS`: positive, one for every co-op that takes part."""
    below_quorum: BelowQuorum = BelowQuorum.LEFT_OUT
