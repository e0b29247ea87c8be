"""Formats the result of one case for `kith count`, as JSON values or as text."""

from collections.abc import Iterator
from fractions import Fraction

from libs.rulebook.counting import Basis, ClassCap, CountingRule, Denominator, Method
from scripts.cli.count_file import CountCase
from services.governance.domain.federated_tally import FederatedTally, tally_federated_votes
from services.governance.domain.tally import ClassTally, Tally, tally
from services.governance.domain.thresholds import Shortfall, ShortfallReason

JsonValue = str | bool | list[str] | dict[str, str] | dict[str, dict[str, str | bool]]
JsonObject = dict[str, JsonValue]

_ABOUT_CLASSES = {ShortfallReason.CLASS_QUORUM, ShortfallReason.CLASS_THRESHOLD}


def case_as_json(case: CountCase) -> JsonObject:
    """Counts one case. Only applicable keys are present; fractions are in lowest terms. Raises `CannotCountError`."""
    if case.co_ops is None:
        result = tally(case.rule, case.single.eligible, case.single.votes, case.single.voters)
        return {"name": case.name, **_outcome_fields(result), **_member_fields(result)}
    joint = tally_federated_votes(case.rule, case.co_ops, case.single.eligible)
    return {"name": case.name, **_outcome_fields(joint), **_joint_fields(joint)}


def _outcome_fields(result: Tally | FederatedTally) -> JsonObject:
    fields: JsonObject = {"passes": result.passes}
    if result.share_for is not None:
        fields["share_for"] = str(result.share_for)
    fields |= _failing_fields(result.shortfalls)
    if result.tie:
        fields["tie"] = True
    return fields


def _failing_fields(shortfalls: tuple[Shortfall, ...]) -> JsonObject:
    if not shortfalls:
        return {}
    fields: JsonObject = {"failing": shortfalls[0].reason.value, "reasons": [shortfall.reason.value for shortfall in shortfalls]}
    classes = [name for shortfall in shortfalls if shortfall.reason in _ABOUT_CLASSES for name in shortfall.about]
    if classes:
        fields |= {"failing_class": classes[0], "failing_classes": list(dict.fromkeys(classes))}
    co_ops = [name for shortfall in shortfalls if shortfall.reason not in _ABOUT_CLASSES for name in shortfall.about]
    if co_ops:
        fields["failing_co_ops"] = list(dict.fromkeys(co_ops))
    return fields


def _member_fields(result: Tally) -> JsonObject:
    fields: JsonObject = {}
    if result.turnout is not None:
        fields["turnout"] = str(result.turnout)
    if any(class_tally.per_ballot != 1 for class_tally in result.classes):
        fields["weights"] = {class_tally.name: str(class_tally.weight) for class_tally in result.classes}
    if isinstance(result.rule.class_rule, ClassCap):
        fields |= {
            f"{class_tally.name}_weight": str(class_tally.weight)
            for class_tally in result.classes
            if class_tally.name in result.rule.class_rule.classes
        }
    if result.rule.method is not Method.YES_NO_ABSTAIN:
        fields |= {"totals": {option: str(total) for option, total in result.totals.items()}, "leaders": list(result.leaders)}
        fields |= {"winner": result.winner} if result.winner is not None else {}
    return fields


def _joint_fields(joint: FederatedTally) -> JsonObject:
    fields: JsonObject = {}
    if joint.members is not None:
        fields |= _member_fields(joint.members)
    if joint.basis is Basis.DOUBLE_MAJORITY and joint.members is not None and joint.members.share_for is not None:
        fields["members"] = str(joint.members.share_for)
    if joint.share_of_co_ops is not None:
        fields["co_ops"] = str(joint.share_of_co_ops)
    if joint.co_ops:
        fields["each_co_op"] = {
            co_op_result.co_op: _co_op_fields(co_op_result.tally) | {"stance": co_op_result.stance.value} for co_op_result in joint.co_ops
        }
    # Under a double majority the members' leading option wins only if the co-ops agree, so the joint result decides.
    fields.pop("winner", None)
    if joint.winner is not None and joint.winner != "for":
        fields["winner"] = joint.winner
    return fields


def _co_op_fields(result: Tally) -> dict[str, str | bool]:
    fields: dict[str, str | bool] = {"passes": result.passes}
    if result.share_for is not None:
        fields["share_for"] = str(result.share_for)
    if result.turnout is not None:
        fields["turnout"] = str(result.turnout)
    if result.failing is not None:
        fields["failing"] = result.failing.reason.value
    return fields


def format_case(case: CountCase) -> list[str]:
    """Counts one case and returns lines of text: the result, each class or co-op, then the reasons. Raises `CannotCountError`."""
    if case.co_ops is None:
        result = tally(case.rule, case.single.eligible, case.single.votes, case.single.voters)
        return [_headline(case.name, passes=result.passes), *_tally_lines(result), *_reason_lines(case.rule, result.shortfalls)]
    joint = tally_federated_votes(case.rule, case.co_ops, case.single.eligible)
    return [_headline(case.name, passes=joint.passes), *_joint_lines(joint), *_reason_lines(case.rule, joint.shortfalls)]


def _headline(name: str, *, passes: bool) -> str:
    return f"{name}: {'passed' if passes else 'did not pass'}"


def _tally_lines(result: Tally) -> Iterator[str]:
    if result.share_for is None:
        yield "  Nothing was cast that has weight, so there is no share."
    else:
        supported = "For" if result.rule.method is Method.YES_NO_ABSTAIN else " and ".join(result.leaders) or "No option"
        yield f"  {supported}: {_share_text(result.share_for)} of {_MEASURED_OF[result.rule.threshold.of]}"
    if result.turnout is not None:
        yield f"  Turnout: {result.present} of {result.eligible} ({_percent(result.turnout)})"
    if result.classes:
        yield f"  {'class':<18}{'voted':>8}{'for / marks':>24}{'abstained':>11}{'weight':>12}{'each':>10}"
    yield from (_class_line(result.rule, class_tally) for class_tally in result.classes)


def _class_line(rule: CountingRule, row: ClassTally) -> str:
    marks = f"{row.heads.marks['for']} for, {row.heads.marks['against']} against" if rule.method is Method.YES_NO_ABSTAIN else _marks(row)
    return f"  {row.name:<18}{row.heads.present:>8}{marks:>24}{row.heads.abstain:>11}{row.weight!s:>12}{row.per_ballot!s:>10}"


def _marks(class_tally: ClassTally) -> str:
    return ", ".join(f"{option} {number}" for option, number in sorted(class_tally.heads.marks.items()))


def _joint_lines(joint: FederatedTally) -> Iterator[str]:
    if joint.members is not None:
        yield from _tally_lines(joint.members)
    if joint.share_of_co_ops is not None:
        yield f"  Co-ops: {_share_text(joint.share_of_co_ops)}"
    for co_op_result in joint.co_ops:
        share = "no share" if co_op_result.tally.share_for is None else _share_text(co_op_result.tally.share_for)
        yield f"  {co_op_result.co_op:<18}{co_op_result.stance.replace('_', ' '):<16}{share}"


def _reason_lines(rule: CountingRule, shortfalls: tuple[Shortfall, ...]) -> Iterator[str]:
    for shortfall in shortfalls:
        about = f" ({', '.join(shortfall.about)})" if shortfall.about else ""
        yield f"  Why not: {_WHY[shortfall.reason]}{about}"
    if rule.excluded:
        yield f"  No vote on this: {', '.join(sorted(rule.excluded))}"


def _share_text(share: Fraction) -> str:
    return f"{share} ({_percent(share)})"


def _percent(share: Fraction) -> str:
    """One decimal, truncated and not rounded: 49.96 % must never read as 50 %."""
    tenths = share.numerator * 1000 // share.denominator
    return f"{tenths // 10}.{tenths % 10} %"


_MEASURED_OF = {
    Denominator.CAST: "the votes cast",
    Denominator.PRESENT: "everybody who took part",
    Denominator.ELIGIBLE: "everybody who could vote",
}
_WHY = {
    ShortfallReason.QUORUM: "too few took part",
    ShortfallReason.CLASS_QUORUM: "too few of a class took part",
    ShortfallReason.CLASS_THRESHOLD: "a class was not for it by itself",
    ShortfallReason.THRESHOLD: "the share for it is not enough",
    ShortfallReason.CO_OP_THRESHOLD: "too few co-ops were for it",
    ShortfallReason.TIE: "it is a tie, and a tie does not pass",
    ShortfallReason.NOTHING_CAST: "nothing was cast that has weight",
}
