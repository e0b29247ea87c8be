"""Heads before weights: how many people of each class said what.

The input of every count is a number per (class, option). Here it is checked against the roll and turned into one `HeadCount` per class;
nothing is weighed yet. Numbers that cannot be true, such as more ballots than people, are refused and never trimmed to fit.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from libs.rulebook.counting import CountingRule, Denominator, Method

FOR = "for"
AGAINST = "against"
ABSTAIN = "abstain"

Votes = Mapping[str, Mapping[str, int]]
"""Class -> option -> ballots naming it (points given, for method score)."""

Eligible = Mapping[str, int] | int | None
"""People on the roll by class; or the whole roll's number, where no rule asks by class; or None where it is not known."""


class Mistake(StrEnum):
    """Why numbers or a rule cannot be counted."""

    NEGATIVE = "NEGATIVE"
    UNKNOWN_CLASS = "UNKNOWN_CLASS"
    UNKNOWN_OPTION = "UNKNOWN_OPTION"
    UNKNOWN_CO_OP = "UNKNOWN_CO_OP"
    MORE_VOTES_THAN_ELIGIBLE = "MORE_VOTES_THAN_ELIGIBLE"
    MORE_VOTES_THAN_VOTERS = "MORE_VOTES_THAN_VOTERS"
    VOTERS_NEEDED = "VOTERS_NEEDED"
    ELIGIBLE_NEEDED = "ELIGIBLE_NEEDED"
    ELIGIBLE_BY_CLASS_NEEDED = "ELIGIBLE_BY_CLASS_NEEDED"
    FRACTION_OUT_OF_RANGE = "FRACTION_OUT_OF_RANGE"
    SHARES_DO_NOT_SUM_TO_ONE = "SHARES_DO_NOT_SUM_TO_ONE"
    SHARE_NOT_POSITIVE = "SHARE_NOT_POSITIVE"
    SHARE_MISSING = "SHARE_MISSING"
    NAMED_TWICE = "NAMED_TWICE"
    WEIGHT_MISSING = "WEIGHT_MISSING"
    WEIGHT_NOT_POSITIVE = "WEIGHT_NOT_POSITIVE"
    HIGHEST_SCORE_NEEDED = "HIGHEST_SCORE_NEEDED"
    NO_CO_OPS = "NO_CO_OPS"


class CannotCountError(ValueError):
    """The numbers or the rule contradict themselves. `mistake` says how, `about` names the class, option or field."""

    def __init__(self, mistake: Mistake, about: str) -> None:
        super().__init__(f"{mistake}: {about}")
        self.mistake = mistake
        self.about = about


@dataclass(frozen=True)
class HeadCount:
    """What one class did, in people. `marks` holds ballots per option (points, for method score), abstentions apart."""

    name: str
    marks: Mapping[str, int]
    cast: int
    """Ballots that say something: for or against, or at least one option."""
    abstain: int
    eligible: int | None

    @property
    def present(self) -> int:
        return self.cast + self.abstain

    def people(self, of: Denominator) -> int:
        """How many people of this class a share `of` cast, present or eligible is measured on."""
        if of is Denominator.CAST:
            return self.cast
        if of is Denominator.PRESENT:
            return self.present
        if self.eligible is None:
            raise CannotCountError(Mistake.ELIGIBLE_BY_CLASS_NEEDED, self.name)
        return self.eligible

    def silent(self, of: Denominator) -> bool:
        """Nobody spoke. Whoever abstains is silent in a share of votes cast and heard in a share of those present or eligible."""
        return (self.cast if of is Denominator.CAST else self.present) == 0


@dataclass(frozen=True)
class Heads:
    """All classes by name, those excluded by the rule apart, and the size of the roll where it is known."""

    classes: tuple[HeadCount, ...]
    excluded: tuple[HeadCount, ...]
    eligible: int | None

    @property
    def cast(self) -> int:
        return sum(c.cast for c in self.classes)

    @property
    def present(self) -> int:
        return sum(c.present for c in self.classes)

    @property
    def options(self) -> tuple[str, ...]:
        return tuple(sorted({option for c in self.classes for option in c.marks}))


def count_heads(rule: CountingRule, eligible: Eligible, votes: Votes, voters: Mapping[str, int] | None = None) -> Heads:
    """Check the numbers against each other and the roll.

    `voters` is the number of counted ballots per class, abstentions included. Approval and score need it, because there one ballot makes
    several marks; elsewhere whoever is in `voters` and under no option has abstained.

    Raises `CannotCountError`.
    """
    voters = voters or {}
    names = sorted({*votes, *voters, *(eligible if isinstance(eligible, Mapping) else ())})
    counted = [_class(rule, name, eligible, votes.get(name, {}), voters.get(name)) for name in names]
    heads = Heads(
        classes=tuple(c for c in counted if c.name not in rule.excluded),
        excluded=tuple(c for c in counted if c.name in rule.excluded),
        eligible=_roll_size(eligible, rule.excluded),
    )
    if heads.eligible is not None and heads.present > heads.eligible:
        raise CannotCountError(Mistake.MORE_VOTES_THAN_ELIGIBLE, f"{heads.present} of {heads.eligible}")
    return heads


def _roll_size(eligible: Eligible, excluded: Collection[str]) -> int | None:
    if isinstance(eligible, Mapping):
        return sum(number for name, number in eligible.items() if name not in excluded)
    return eligible


def _class(rule: CountingRule, name: str, eligible: Eligible, votes: Mapping[str, int], voters: int | None) -> HeadCount:
    on_roll = _on_roll(rule, name, eligible)
    if min((*votes.values(), voters or 0, on_roll or 0)) < 0:
        raise CannotCountError(Mistake.NEGATIVE, name)
    marks = {option: number for option, number in votes.items() if option != ABSTAIN}
    if rule.method is Method.YES_NO_ABSTAIN:
        unknown = marks.keys() - {FOR, AGAINST}
        if unknown:
            raise CannotCountError(Mistake.UNKNOWN_OPTION, f"{name}: {min(unknown)}")
        marks = {FOR: marks.get(FOR, 0), AGAINST: marks.get(AGAINST, 0)}
    uncounted = HeadCount(name, marks, cast=0, abstain=votes.get(ABSTAIN, 0), eligible=on_roll)
    if rule.method in {Method.YES_NO_ABSTAIN, Method.PLURALITY}:
        count = _one_mark_a_ballot(uncounted, voters)
    else:
        count = _many_marks_a_ballot(uncounted, voters, marks_per_ballot(rule))
    if on_roll is not None and count.present > on_roll:
        raise CannotCountError(Mistake.MORE_VOTES_THAN_ELIGIBLE, f"{name}: {count.present} of {on_roll}")
    return count


def _on_roll(rule: CountingRule, name: str, eligible: Eligible) -> int | None:
    if not isinstance(eligible, Mapping):
        return None
    if name in eligible:
        return eligible[name]
    if name in rule.excluded:
        return None
    raise CannotCountError(Mistake.UNKNOWN_CLASS, name)


def _one_mark_a_ballot(c: HeadCount, voters: int | None) -> HeadCount:
    cast = sum(c.marks.values())
    if voters is None:
        return replace(c, cast=cast)
    if voters < cast + c.abstain:
        raise CannotCountError(Mistake.MORE_VOTES_THAN_VOTERS, f"{c.name}: {cast + c.abstain} of {voters}")
    return replace(c, cast=cast, abstain=voters - cast)


def _many_marks_a_ballot(c: HeadCount, voters: int | None, most_per_ballot: int) -> HeadCount:
    if voters is None:
        if any(c.marks.values()):
            raise CannotCountError(Mistake.VOTERS_NEEDED, c.name)
        return c
    cast = voters - c.abstain
    if cast < 0 or any(number > cast * most_per_ballot for number in c.marks.values()):
        raise CannotCountError(Mistake.MORE_VOTES_THAN_VOTERS, f"{c.name}: {voters} voters")
    return replace(c, cast=cast)


def marks_per_ballot(rule: CountingRule) -> int:
    """The most that one ballot can add to one option: one, or the highest score."""
    if rule.method is not Method.SCORE:
        return 1
    if rule.highest_score is None or rule.highest_score < 1:
        raise CannotCountError(Mistake.HIGHEST_SCORE_NEEDED, "highest_score")
    return rule.highest_score
