"""Checks quorums and thresholds: everything that can keep a motion from passing.

Quorums are counted in people and never weighted: they ask who took part. Abstentions count towards them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from libs.rulebook.counting import ClassCap, CountingRule, Denominator, EachClass, FixedShares, Quorum, Threshold
from services.governance.domain.head_count import CannotCountError, ClassHeadCount, CountingMistake, HeadCounts, marks_per_ballot


class ShortfallReason(StrEnum):
    """Why a motion did not pass, in the order of reporting: the first one is *the* reason."""

    QUORUM = "quorum"
    CLASS_QUORUM = "class_quorum"
    CLASS_THRESHOLD = "class_threshold"
    THRESHOLD = "threshold"
    CO_OP_THRESHOLD = "co_op_threshold"
    """The members were for, but too few co-ops were; only under a double majority."""
    TIE = "tie"
    NOTHING_CAST = "nothing_cast"
    """No ballot with any weight: there is no share to measure."""


@dataclass(frozen=True)
class Shortfall:
    """One reason why a motion did not pass, with the classes or co-ops it is about; empty where it is about the whole."""

    reason: ShortfallReason
    about: tuple[str, ...] = ()


def check_rule(rule: CountingRule) -> None:
    """Check that a rule does not contradict itself, whatever the votes. Raises `CannotCountError`."""
    for field, fraction in _fractions(rule):
        if not 0 <= fraction <= 1:
            raise CannotCountError(CountingMistake.FRACTION_OUT_OF_RANGE, field)
    if rule.quorum.count < 0 or any(quorum.count < 0 for _, quorum in rule.class_quorums):
        raise CannotCountError(CountingMistake.NEGATIVE, "quorum.count")
    if isinstance(rule.class_rule, FixedShares):
        _check_shares(rule.class_rule)
    _check_unique("class_quorums", (name for name, _ in rule.class_quorums))
    _check_unique("co_op_weights", (name for name, _ in rule.co_op_weights))
    marks_per_ballot(rule)


def _fractions(rule: CountingRule) -> Iterable[tuple[str, Fraction]]:
    yield "threshold", rule.threshold.fraction
    yield "quorum", rule.quorum.fraction
    for name, quorum in rule.class_quorums:
        yield f"class_quorums.{name}", quorum.fraction
    if rule.co_op_threshold is not None:
        yield "co_op_threshold", rule.co_op_threshold.fraction
    if isinstance(rule.class_rule, ClassCap):
        yield "cap", rule.class_rule.fraction
    if isinstance(rule.class_rule, EachClass):
        yield "class_threshold", rule.class_rule.threshold.fraction


def _check_shares(fixed: FixedShares) -> None:
    _check_unique("shares", (name for name, _ in fixed.shares))
    for name, share in fixed.shares:
        if share <= 0:
            raise CannotCountError(CountingMistake.SHARE_NOT_POSITIVE, name)
    total = sum((share for _, share in fixed.shares), Fraction(0))
    if total != 1:
        raise CannotCountError(CountingMistake.SHARES_DO_NOT_SUM_TO_ONE, str(total))


def _check_unique(field: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise CannotCountError(CountingMistake.NAMED_TWICE, f"{field}: {name}")
        seen.add(name)


def missed_quorums(rule: CountingRule, heads: HeadCounts) -> list[Shortfall]:
    """Return the quorums that are not reached, of the whole roll and of single classes. Excluded classes have no quorum."""
    missed: list[Shortfall] = []
    if not _quorum_reached(rule.quorum, heads.present, heads.eligible, "quorum", CountingMistake.ELIGIBLE_NEEDED):
        missed.append(Shortfall(ShortfallReason.QUORUM))
    by_name = {head_count.name: head_count for head_count in heads.classes}
    classes_below_quorum = tuple(
        name
        for name, quorum in sorted(rule.class_quorums, key=lambda name_and_quorum: name_and_quorum[0])
        if name not in rule.excluded and not _class_quorum_reached(quorum, name, by_name.get(name), heads)
    )
    if classes_below_quorum:
        missed.append(Shortfall(ShortfallReason.CLASS_QUORUM, classes_below_quorum))
    return missed


def _class_quorum_reached(quorum: Quorum, name: str, head_count: ClassHeadCount | None, heads: HeadCounts) -> bool:
    if head_count is not None:
        return _quorum_reached(quorum, head_count.present, head_count.eligible, name, CountingMistake.ELIGIBLE_BY_CLASS_NEEDED)
    # A roll that is known by class and does not name this class has nobody in it.
    on_roll = 0 if heads.classes and all(other.eligible is not None for other in heads.classes) else None
    return _quorum_reached(quorum, 0, on_roll, name, CountingMistake.ELIGIBLE_BY_CLASS_NEEDED)


def _quorum_reached(quorum: Quorum, present: int, eligible: int | None, about: str, unknown: CountingMistake) -> bool:
    if quorum.fraction and eligible is None:
        raise CannotCountError(unknown, about)
    return present >= quorum.count and present >= quorum.fraction * (eligible or 0)


def share_in_class(rule: CountingRule, head_count: ClassHeadCount, option: str, of: Denominator) -> Fraction | None:
    """Return the share of one class's own people that is for `option`; None where the denominator is zero."""
    people = head_count.people(of)
    return Fraction(head_count.marks.get(option, 0), people * marks_per_ballot(rule)) if people else None


def missed_class_thresholds(rule: CountingRule, heads: HeadCounts, option: str) -> list[Shortfall]:
    """Return the classes without a majority for `option`, under a rule that asks every class."""
    if not isinstance(rule.class_rule, EachClass):
        return []
    each_class = rule.class_rule
    failing = tuple(head_count.name for head_count in heads.classes if not _class_agrees(rule, each_class, head_count, option))
    return [Shortfall(ShortfallReason.CLASS_THRESHOLD, failing)] if failing else []


def _class_agrees(rule: CountingRule, each_class: EachClass, head_count: ClassHeadCount, option: str) -> bool:
    if head_count.is_silent(each_class.threshold.of):
        return not each_class.silent_blocks or head_count.eligible == 0
    share = share_in_class(rule, head_count, option, each_class.threshold.of)
    return share is not None and each_class.threshold.met_by(share)


def missed_threshold(
    threshold: Threshold, share: Fraction | None, *, anything_cast: bool, reason: ShortfallReason = ShortfallReason.THRESHOLD
) -> list[Shortfall]:
    """Return a shortfall if the share of the whole is too low. Without any weight cast nothing passes, whatever the threshold."""
    if not anything_cast:
        return [Shortfall(reason), Shortfall(ShortfallReason.NOTHING_CAST)]
    return [] if share is not None and threshold.met_by(share) else [Shortfall(reason)]
