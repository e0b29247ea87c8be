"""What one ballot of each class weighs.

- One member one vote, and a majority in each class: one.
- Cap: one, until the capped classes' ballots together would weigh more than the fraction f of the whole. Then they weigh together
  f / (1 - f) of what the others weigh, spread equally over their ballots. So a cap lowers and never raises: ten users and one investor
  under a cap of one half leave the investor at one.
- Fixed shares: the class's share, spread over the people the threshold is measured on (cast, present or eligible), so that a class
  weighs its share of that whole whatever its head count.

A weight belongs to a class and not to an act: an abstention weighs what a vote of its class weighs, and so does somebody on the roll who
stayed at home, wherever a threshold counts them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from libs.rulebook.counting import Cap, CountingRule, Denominator, FixedShares, SilentClass
from services.governance.domain.head_count import CannotCountError, HeadCount, Heads, Mistake


@dataclass(frozen=True)
class ClassWeights:
    """`per_ballot` by class; `forfeited` is the share of the whole that silent classes left unused, zero without fixed shares."""

    per_ballot: Mapping[str, Fraction]
    forfeited: Fraction = Fraction(0)


def weigh_classes(rule: CountingRule, heads: Heads) -> ClassWeights:
    """The weight of one ballot, for every class that has a vote.

    Raises `CannotCountError` when the rule needs to know a class's place on the roll and it is not there, or when a class that has
    people has no fixed share.
    """
    match rule.class_rule:
        case Cap() as cap:
            return ClassWeights(_capped(cap, heads))
        case FixedShares() as fixed:
            return _fixed(fixed, rule.threshold.of, rule.excluded, heads)
        case _:
            return ClassWeights({c.name: Fraction(1) for c in heads.classes})


def _capped(cap: Cap, heads: Heads) -> dict[str, Fraction]:
    inside = sum(c.people(cap.measured_on) for c in heads.classes if c.name in cap.classes)
    outside = sum(c.people(cap.measured_on) for c in heads.classes if c.name not in cap.classes)
    # inside > f (inside + outside), multiplied out so that a cap of one needs no division by zero.
    exceeded = inside * (1 - cap.fraction) > cap.fraction * outside
    lowered = cap.fraction / (1 - cap.fraction) * outside / inside if exceeded else Fraction(1)
    return {c.name: lowered if c.name in cap.classes else Fraction(1) for c in heads.classes}


def _fixed(fixed: FixedShares, of: Denominator, excluded: tuple[str, ...], heads: Heads) -> ClassWeights:
    shares = {name: share for name, share in fixed.shares if name not in excluded}
    people = {c.name: c for c in heads.classes}
    for c in heads.classes:
        if c.name not in shares and (c.present or c.eligible):
            raise CannotCountError(Mistake.SHARE_MISSING, c.name)
    heard = {name for name in shares if name in people and not people[name].silent(of)}
    sharing = heard if fixed.silent is SilentClass.REDISTRIBUTE else set(shares)
    whole = sum((shares[name] for name in sharing), Fraction(0))
    per_ballot = {c.name: _spread(shares[c.name] / whole, c, of) if c.name in heard else Fraction(0) for c in heads.classes}
    forfeited = sum((shares[name] / whole for name in sharing - heard), Fraction(0))
    return ClassWeights(per_ballot, forfeited)


def _spread(share: Fraction, c: HeadCount, of: Denominator) -> Fraction:
    return share / c.people(of)
