"""What `kith count` says about one case: as values for JSON, and in plain words."""

from collections.abc import Iterator
from fractions import Fraction

from libs.rulebook.counting import Basis, Cap, CountingRule, Denominator, Method
from scripts.cli.count_file import Case
from services.governance.domain.across_co_ops import JointTally, tally_across
from services.governance.domain.tally import ClassTally, Tally, tally
from services.governance.domain.thresholds import Reason, Shortfall

Value = str | bool | list[str] | dict[str, str] | dict[str, dict[str, str | bool]]
Answer = dict[str, Value]

_ABOUT_CLASSES = {Reason.CLASS_QUORUM, Reason.CLASS_THRESHOLD}


def answer(case: Case) -> Answer:
    """Count one case. Only keys that apply are there; fractions are in lowest terms. Raises `CannotCountError`."""
    if case.co_ops is None:
        result = tally(case.rule, case.alone.eligible, case.alone.votes, case.alone.voters)
        return {"name": case.name, **_outcome(result), **_members(result)}
    joint = tally_across(case.rule, case.co_ops, case.alone.eligible)
    return {"name": case.name, **_outcome(joint), **_joint(joint)}


def _outcome(result: Tally | JointTally) -> Answer:
    said: Answer = {"passes": result.passes}
    if result.share_for is not None:
        said["share_for"] = str(result.share_for)
    said |= _failing(result.shortfalls)
    if result.tie:
        said["tie"] = True
    return said


def _failing(shortfalls: tuple[Shortfall, ...]) -> Answer:
    if not shortfalls:
        return {}
    said: Answer = {"failing": shortfalls[0].reason.value, "reasons": [s.reason.value for s in shortfalls]}
    classes = [name for s in shortfalls if s.reason in _ABOUT_CLASSES for name in s.about]
    if classes:
        said |= {"failing_class": classes[0], "failing_classes": list(dict.fromkeys(classes))}
    co_ops = [name for s in shortfalls if s.reason not in _ABOUT_CLASSES for name in s.about]
    if co_ops:
        said["failing_co_ops"] = list(dict.fromkeys(co_ops))
    return said


def _members(result: Tally) -> Answer:
    said: Answer = {}
    if result.turnout is not None:
        said["turnout"] = str(result.turnout)
    if any(c.per_ballot != 1 for c in result.classes):
        said["weights"] = {c.name: str(c.weight) for c in result.classes}
    if isinstance(result.rule.class_rule, Cap):
        said |= {f"{c.name}_weight": str(c.weight) for c in result.classes if c.name in result.rule.class_rule.classes}
    if result.rule.method is not Method.YES_NO_ABSTAIN:
        said |= {"totals": {option: str(total) for option, total in result.totals.items()}, "leaders": list(result.leaders)}
        said |= {"winner": result.winner} if result.winner is not None else {}
    return said


def _joint(joint: JointTally) -> Answer:
    said: Answer = {}
    if joint.members is not None:
        said |= _members(joint.members)
    if joint.basis is Basis.DOUBLE_MAJORITY and joint.members is not None and joint.members.share_for is not None:
        said["members"] = str(joint.members.share_for)
    if joint.share_of_co_ops is not None:
        said["co_ops"] = str(joint.share_of_co_ops)
    if joint.co_ops:
        said["each_co_op"] = {r.co_op: _own(r.tally) | {"stance": r.stance.value} for r in joint.co_ops}
    # Under a double majority the members' leading option is not decided until the co-ops agree, so the joint result has the last word.
    said.pop("winner", None)
    if joint.winner is not None and joint.winner != "for":
        said["winner"] = joint.winner
    return said


def _own(result: Tally) -> dict[str, str | bool]:
    said: dict[str, str | bool] = {"passes": result.passes}
    if result.share_for is not None:
        said["share_for"] = str(result.share_for)
    if result.turnout is not None:
        said["turnout"] = str(result.turnout)
    if result.failing is not None:
        said["failing"] = result.failing.reason.value
    return said


def in_words(case: Case) -> list[str]:
    """The same for people: a line for the result, the reasons, then a line for each class or co-op. Raises `CannotCountError`."""
    if case.co_ops is None:
        result = tally(case.rule, case.alone.eligible, case.alone.votes, case.alone.voters)
        return [_headline(case.name, passes=result.passes), *_tally_lines(result), *_reason_lines(case.rule, result.shortfalls)]
    joint = tally_across(case.rule, case.co_ops, case.alone.eligible)
    return [_headline(case.name, passes=joint.passes), *_joint_lines(joint), *_reason_lines(case.rule, joint.shortfalls)]


def _headline(name: str, *, passes: bool) -> str:
    return f"{name}: {'passed' if passes else 'did not pass'}"


def _tally_lines(result: Tally) -> Iterator[str]:
    if result.share_for is None:
        yield "  Nothing was cast that has weight, so there is no share."
    else:
        behind = "For" if result.rule.method is Method.YES_NO_ABSTAIN else " and ".join(result.leaders) or "No option"
        yield f"  {behind}: {_shown(result.share_for)} of {_WHOLE[result.rule.threshold.of]}"
    if result.turnout is not None:
        yield f"  Turnout: {result.present} of {result.eligible} ({_percent(result.turnout)})"
    if result.classes:
        yield f"  {'class':<18}{'voted':>8}{'for / marks':>24}{'abstained':>11}{'weight':>12}{'each':>10}"
    yield from (_class_line(result.rule, c) for c in result.classes)


def _class_line(rule: CountingRule, c: ClassTally) -> str:
    marks = f"{c.heads.marks['for']} for, {c.heads.marks['against']} against" if rule.method is Method.YES_NO_ABSTAIN else _marks(c)
    return f"  {c.name:<18}{c.heads.present:>8}{marks:>24}{c.heads.abstain:>11}{c.weight!s:>12}{c.per_ballot!s:>10}"


def _marks(c: ClassTally) -> str:
    return ", ".join(f"{option} {number}" for option, number in sorted(c.heads.marks.items()))


def _joint_lines(joint: JointTally) -> Iterator[str]:
    if joint.members is not None:
        yield from _tally_lines(joint.members)
    if joint.share_of_co_ops is not None:
        yield f"  Co-ops: {_shown(joint.share_of_co_ops)}"
    for r in joint.co_ops:
        share = "no share" if r.tally.share_for is None else _shown(r.tally.share_for)
        yield f"  {r.co_op:<18}{r.stance.replace('_', ' '):<16}{share}"


def _reason_lines(rule: CountingRule, shortfalls: tuple[Shortfall, ...]) -> Iterator[str]:
    for s in shortfalls:
        about = f" ({', '.join(s.about)})" if s.about else ""
        yield f"  Why not: {_WHY[s.reason]}{about}"
    if rule.excluded:
        yield f"  No vote on this: {', '.join(sorted(rule.excluded))}"


def _shown(share: Fraction) -> str:
    return f"{share} ({_percent(share)})"


def _percent(share: Fraction) -> str:
    """One decimal, cut and not rounded: 49.96 % must never read as 50 %."""
    tenths = share.numerator * 1000 // share.denominator
    return f"{tenths // 10}.{tenths % 10} %"


_WHOLE = {
    Denominator.CAST: "the votes cast",
    Denominator.PRESENT: "everybody who took part",
    Denominator.ELIGIBLE: "everybody who could vote",
}
_WHY = {
    Reason.QUORUM: "too few took part",
    Reason.CLASS_QUORUM: "too few of a class took part",
    Reason.CLASS_THRESHOLD: "a class was not for it by itself",
    Reason.THRESHOLD: "the share for it is not enough",
    Reason.CO_OP_THRESHOLD: "too few co-ops were for it",
    Reason.TIE: "it is a tie, and a tie does not pass",
    Reason.NOTHING_CAST: "nothing was cast that has weight",
}
