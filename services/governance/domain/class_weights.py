"""Computes the weight of one ballot of each class.

- One member one vote, and a majority in each class: one.
- Cap: one, until the capped classes' ballots together would weigh more than the fraction f of the whole. Then together they weigh
  f / (1 - f) of what the others weigh, spread equally over their ballots. So a cap only lowers weights, never raises them: with ten users
  and one investor under a cap of one half, the investor's ballot still weighs one.
- Fixed shares: the class's share, spread over the people the threshold is measured on (cast, present or eligible), so that a class
  weighs its share of that whole whatever its head count.

A weight belongs to the class, whatever a person does: wherever a threshold counts them, an abstention and a person on the roll who did not
vote weigh as much as a vote of their class.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from libs.rulebook.counting import ClassCap, CountingRule, Denominator, FixedShares, SilentClass
from services.governance.domain.head_count import CannotCountError, ClassHeadCount, CountingMistake, HeadCounts


@dataclass(frozen=True)
class ClassWeights:
    """`per_ballot` by class; `forfeited` is the share of the whole that silent classes left unused, zero without fixed shares."""

    per_ballot: Mapping[str, Fraction]
    forfeited: Fraction = Fraction(0)


def compute_class_weights(rule: CountingRule, heads: HeadCounts) -> ClassWeights:
    """Compute the weight of one ballot, for every class that has a vote.

    Raises `CannotCountError` when the rule needs a class's size on the roll and it is unknown, or when a class that has people has no
    fixed share.
    """
    match rule.class_rule:
        case ClassCap() as cap:
            return ClassWeights(_capped_weights(cap, heads))
        case FixedShares() as fixed:
            return _fixed_share_weights(fixed, rule.threshold.of, rule.excluded, heads)
        case _:
            return ClassWeights({head_count.name: Fraction(1) for head_count in heads.classes})


def _capped_weights(cap: ClassCap, heads: HeadCounts) -> dict[str, Fraction]:
    people_inside = sum(head_count.people(cap.measured_on) for head_count in heads.classes if head_count.name in cap.classes)
    people_outside = sum(head_count.people(cap.measured_on) for head_count in heads.classes if head_count.name not in cap.classes)
    # inside > f (inside + outside), multiplied out so that a cap of one needs no division by zero.
    exceeded = people_inside * (1 - cap.fraction) > cap.fraction * people_outside
    capped_weight = cap.fraction / (1 - cap.fraction) * people_outside / people_inside if exceeded else Fraction(1)
    return {head_count.name: capped_weight if head_count.name in cap.classes else Fraction(1) for head_count in heads.classes}


def _fixed_share_weights(fixed: FixedShares, of: Denominator, excluded: tuple[str, ...], heads: HeadCounts) -> ClassWeights:
    shares = {name: share for name, share in fixed.shares if name not in excluded}
    head_counts_by_name = {head_count.name: head_count for head_count in heads.classes}
    for head_count in heads.classes:
        if head_count.name not in shares and (head_count.present or head_count.eligible):
            raise CannotCountError(CountingMistake.SHARE_MISSING, head_count.name)
    voting_classes = {name for name in shares if name in head_counts_by_name and not head_counts_by_name[name].is_silent(of)}
    sharing_classes = voting_classes if fixed.silent is SilentClass.REDISTRIBUTE else set(shares)
    total = sum((shares[name] for name in sharing_classes), Fraction(0))
    per_ballot = {
        head_count.name: _share_per_ballot(shares[head_count.name] / total, head_count, of)
        if head_count.name in voting_classes
        else Fraction(0)
        for head_count in heads.classes
    }
    forfeited = sum((shares[name] / total for name in sharing_classes - voting_classes), Fraction(0))
    return ClassWeights(per_ballot, forfeited)


def _share_per_ballot(share: Fraction, head_count: ClassHeadCount, of: Denominator) -> Fraction:
    return share / head_count.people(of)
