"""What can keep a motion from passing, and whether it does.

Quorums are counted in people and never weighed: they ask who took part, not what it weighed. Abstentions count for them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from libs.rulebook.counting import Cap, CountingRule, Denominator, EachClass, FixedShares, Quorum, Threshold
from services.governance.domain.head_count import CannotCountError, HeadCount, Heads, Mistake, marks_per_ballot


class Reason(StrEnum):
    """Why a motion did not pass, in the order in which reasons are told: the first one is *the* reason."""

    QUORUM = "quorum"
    CLASS_QUORUM = "class_quorum"
    CLASS_THRESHOLD = "class_threshold"
    THRESHOLD = "threshold"
    CO_OP_THRESHOLD = "co_op_threshold"
    """The members were for and too few co-ops were; only a double majority has it."""
    TIE = "tie"
    NOTHING_CAST = "nothing_cast"
    """No ballot with any weight: there is no share to measure."""


@dataclass(frozen=True)
class Shortfall:
    """One reason, with the classes or co-ops it is about; none where it is about the whole."""

    reason: Reason
    about: tuple[str, ...] = ()


def check_rule(rule: CountingRule) -> None:
    """Refuse a rule that contradicts itself, whatever the votes. Raises `CannotCountError`."""
    for field, fraction in _fractions(rule):
        if not 0 <= fraction <= 1:
            raise CannotCountError(Mistake.FRACTION_OUT_OF_RANGE, field)
    if rule.quorum.count < 0 or any(q.count < 0 for _, q in rule.class_quorums):
        raise CannotCountError(Mistake.NEGATIVE, "quorum.count")
    if isinstance(rule.class_rule, FixedShares):
        _check_shares(rule.class_rule)
    _check_once("class_quorums", (name for name, _ in rule.class_quorums))
    _check_once("co_op_weights", (name for name, _ in rule.co_op_weights))
    marks_per_ballot(rule)


def _fractions(rule: CountingRule) -> Iterable[tuple[str, Fraction]]:
    yield "threshold", rule.threshold.fraction
    yield "quorum", rule.quorum.fraction
    for name, quorum in rule.class_quorums:
        yield f"class_quorums.{name}", quorum.fraction
    if rule.co_op_threshold is not None:
        yield "co_op_threshold", rule.co_op_threshold.fraction
    if isinstance(rule.class_rule, Cap):
        yield "cap", rule.class_rule.fraction
    if isinstance(rule.class_rule, EachClass):
        yield "class_threshold", rule.class_rule.threshold.fraction


def _check_shares(fixed: FixedShares) -> None:
    _check_once("shares", (name for name, _ in fixed.shares))
    for name, share in fixed.shares:
        if share <= 0:
            raise CannotCountError(Mistake.SHARE_NOT_POSITIVE, name)
    total = sum((share for _, share in fixed.shares), Fraction(0))
    if total != 1:
        raise CannotCountError(Mistake.SHARES_DO_NOT_SUM_TO_ONE, str(total))


def _check_once(field: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise CannotCountError(Mistake.NAMED_TWICE, f"{field}: {name}")
        seen.add(name)


def missed_quorums(rule: CountingRule, heads: Heads) -> list[Shortfall]:
    """The quorum of the whole roll and those of single classes. A class that is excluded has none to reach."""
    missed: list[Shortfall] = []
    if not _reached(rule.quorum, heads.present, heads.eligible, "quorum", Mistake.ELIGIBLE_NEEDED):
        missed.append(Shortfall(Reason.QUORUM))
    by_name = {c.name: c for c in heads.classes}
    short = tuple(
        name
        for name, quorum in sorted(rule.class_quorums, key=lambda named: named[0])
        if name not in rule.excluded and not _class_reached(quorum, name, by_name.get(name), heads)
    )
    if short:
        missed.append(Shortfall(Reason.CLASS_QUORUM, short))
    return missed


def _class_reached(quorum: Quorum, name: str, c: HeadCount | None, heads: Heads) -> bool:
    if c is not None:
        return _reached(quorum, c.present, c.eligible, name, Mistake.ELIGIBLE_BY_CLASS_NEEDED)
    # A roll that is known by class and does not name this one has nobody of it.
    on_roll = 0 if heads.classes and all(other.eligible is not None for other in heads.classes) else None
    return _reached(quorum, 0, on_roll, name, Mistake.ELIGIBLE_BY_CLASS_NEEDED)


def _reached(quorum: Quorum, present: int, eligible: int | None, about: str, unknown: Mistake) -> bool:
    if quorum.fraction and eligible is None:
        raise CannotCountError(unknown, about)
    return present >= quorum.count and present >= quorum.fraction * (eligible or 0)


def share_in_class(rule: CountingRule, c: HeadCount, option: str, of: Denominator) -> Fraction | None:
    """The share of one class's own people that is for `option`; None where there is nobody to measure it on."""
    people = c.people(of)
    return Fraction(c.marks.get(option, 0), people * marks_per_ballot(rule)) if people else None


def missed_class_thresholds(rule: CountingRule, heads: Heads, option: str) -> list[Shortfall]:
    """The classes that are not for `option` by themselves, under a rule that asks every class."""
    if not isinstance(rule.class_rule, EachClass):
        return []
    asked = rule.class_rule
    failing = tuple(c.name for c in heads.classes if not _class_agrees(rule, asked, c, option))
    return [Shortfall(Reason.CLASS_THRESHOLD, failing)] if failing else []


def _class_agrees(rule: CountingRule, asked: EachClass, c: HeadCount, option: str) -> bool:
    if c.silent(asked.threshold.of):
        return not asked.silent_blocks or c.eligible == 0
    share = share_in_class(rule, c, option, asked.threshold.of)
    return share is not None and asked.threshold.met_by(share)


def missed_threshold(
    threshold: Threshold, share: Fraction | None, *, anything_cast: bool, reason: Reason = Reason.THRESHOLD
) -> list[Shortfall]:
    """Whether the share of the whole is enough. Where nothing with weight was cast nothing passes, whatever the threshold."""
    if not anything_cast:
        return [Shortfall(reason), Shortfall(Reason.NOTHING_CAST)]
    return [] if share is not None and threshold.met_by(share) else [Shortfall(reason)]
