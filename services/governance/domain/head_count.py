"""Counts people, before any weighting: how many people of each class chose what.

The input of every count is a number per (class, option). This module checks it against the roll and returns one `ClassHeadCount` per
class; nothing is weighted yet. Impossible numbers, such as more ballots than people, are refused and never trimmed to fit.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from libs.rulebook.counting import CountingRule, Denominator, Method

FOR = "for"
AGAINST = "against"
ABSTAIN = "abstain"

VoteCounts = Mapping[str, Mapping[str, int]]
"""Class -> option -> ballots naming it (points given, for method score)."""

EligibleCounts = Mapping[str, int] | int | None
"""People on the roll by class; or the size of the whole roll, where no rule needs it by class; or None where it is unknown."""


class CountingMistake(StrEnum):
    """Why numbers cannot be counted, or a rule cannot be applied."""

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
    """The numbers or the rule contradict themselves. `mistake` is the reason, `about` names the class, option or field."""

    def __init__(self, mistake: CountingMistake, about: str) -> None:
        super().__init__(f"{mistake}: {about}")
        self.mistake = mistake
        self.about = about


@dataclass(frozen=True)
class ClassHeadCount:
    """How one class voted, in people. `marks` holds ballots per option (points, for method score), without abstentions."""

    name: str
    marks: Mapping[str, int]
    cast: int
    """Ballots that make a choice: for or against, or at least one option."""
    abstain: int
    eligible: int | None

    @property
    def present(self) -> int:
        return self.cast + self.abstain

    def people(self, of: Denominator) -> int:
        """Return how many people of this class form the denominator cast, present or eligible."""
        if of is Denominator.CAST:
            return self.cast
        if of is Denominator.PRESENT:
            return self.present
        if self.eligible is None:
            raise CannotCountError(CountingMistake.ELIGIBLE_BY_CLASS_NEEDED, self.name)
        return self.eligible

    def is_silent(self, of: Denominator) -> bool:
        """Whether nobody counts. An abstention does not count in a share of votes cast; it counts in one of those present or eligible."""
        return (self.cast if of is Denominator.CAST else self.present) == 0


@dataclass(frozen=True)
class HeadCounts:
    """The head counts of all classes by name, those excluded by the rule separately, and the size of the roll where it is known."""

    classes: tuple[ClassHeadCount, ...]
    excluded: tuple[ClassHeadCount, ...]
    eligible: int | None

    @property
    def cast(self) -> int:
        return sum(head_count.cast for head_count in self.classes)

    @property
    def present(self) -> int:
        return sum(head_count.present for head_count in self.classes)

    @property
    def options(self) -> tuple[str, ...]:
        return tuple(sorted({option for head_count in self.classes for option in head_count.marks}))


def count_heads(rule: CountingRule, eligible: EligibleCounts, votes: VoteCounts, voters: Mapping[str, int] | None = None) -> HeadCounts:
    """Check the numbers against each other and the roll, and count people by class.

    `voters` is the number of counted ballots per class, abstentions included. Approval and score need it, because there one ballot makes
    several marks; elsewhere those in `voters` who are under no option have abstained.

    Raises `CannotCountError`.
    """
    voters = voters or {}
    names = sorted({*votes, *voters, *(eligible if isinstance(eligible, Mapping) else ())})
    counted = [_count_class(rule, name, eligible, votes.get(name, {}), voters.get(name)) for name in names]
    heads = HeadCounts(
        classes=tuple(head_count for head_count in counted if head_count.name not in rule.excluded),
        excluded=tuple(head_count for head_count in counted if head_count.name in rule.excluded),
        eligible=_roll_size(eligible, rule.excluded),
    )
    if heads.eligible is not None and heads.present > heads.eligible:
        raise CannotCountError(CountingMistake.MORE_VOTES_THAN_ELIGIBLE, f"{heads.present} of {heads.eligible}")
    return heads


def _roll_size(eligible: EligibleCounts, excluded: Collection[str]) -> int | None:
    if isinstance(eligible, Mapping):
        return sum(number for name, number in eligible.items() if name not in excluded)
    return eligible


def _count_class(rule: CountingRule, name: str, eligible: EligibleCounts, votes: Mapping[str, int], voters: int | None) -> ClassHeadCount:
    on_roll = _eligible_in_class(rule, name, eligible)
    if min((*votes.values(), voters or 0, on_roll or 0)) < 0:
        raise CannotCountError(CountingMistake.NEGATIVE, name)
    marks = {option: number for option, number in votes.items() if option != ABSTAIN}
    if rule.method is Method.YES_NO_ABSTAIN:
        unknown = marks.keys() - {FOR, AGAINST}
        if unknown:
            raise CannotCountError(CountingMistake.UNKNOWN_OPTION, f"{name}: {min(unknown)}")
        marks = {FOR: marks.get(FOR, 0), AGAINST: marks.get(AGAINST, 0)}
    uncounted = ClassHeadCount(name, marks, cast=0, abstain=votes.get(ABSTAIN, 0), eligible=on_roll)
    if rule.method in {Method.YES_NO_ABSTAIN, Method.PLURALITY}:
        count = _with_single_mark_ballots(uncounted, voters)
    else:
        count = _with_multi_mark_ballots(uncounted, voters, marks_per_ballot(rule))
    if on_roll is not None and count.present > on_roll:
        raise CannotCountError(CountingMistake.MORE_VOTES_THAN_ELIGIBLE, f"{name}: {count.present} of {on_roll}")
    return count


def _eligible_in_class(rule: CountingRule, name: str, eligible: EligibleCounts) -> int | None:
    if not isinstance(eligible, Mapping):
        return None
    if name in eligible:
        return eligible[name]
    if name in rule.excluded:
        return None
    raise CannotCountError(CountingMistake.UNKNOWN_CLASS, name)


def _with_single_mark_ballots(head_count: ClassHeadCount, voters: int | None) -> ClassHeadCount:
    cast = sum(head_count.marks.values())
    if voters is None:
        return replace(head_count, cast=cast)
    if voters < cast + head_count.abstain:
        raise CannotCountError(CountingMistake.MORE_VOTES_THAN_VOTERS, f"{head_count.name}: {cast + head_count.abstain} of {voters}")
    return replace(head_count, cast=cast, abstain=voters - cast)


def _with_multi_mark_ballots(head_count: ClassHeadCount, voters: int | None, most_per_ballot: int) -> ClassHeadCount:
    if voters is None:
        if any(head_count.marks.values()):
            raise CannotCountError(CountingMistake.VOTERS_NEEDED, head_count.name)
        return head_count
    cast = voters - head_count.abstain
    if cast < 0 or any(number > cast * most_per_ballot for number in head_count.marks.values()):
        raise CannotCountError(CountingMistake.MORE_VOTES_THAN_VOTERS, f"{head_count.name}: {voters} voters")
    return replace(head_count, cast=cast)


def marks_per_ballot(rule: CountingRule) -> int:
    """Return the most that one ballot can add to one option: one, or the highest score."""
    if rule.method is not Method.SCORE:
        return 1
    if rule.highest_score is None or rule.highest_score < 1:
        raise CannotCountError(CountingMistake.HIGHEST_SCORE_NEEDED, "highest_score")
    return rule.highest_score
