"""Check 14, across co-ops: the bases of docs/formats/count.md."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from scripts.verifier import counting
from scripts.verifier.counting import Body, Reason, Result
from scripts.verifier.rule import MOTIONS, Rule

AGREES, DOES_NOT_AGREE, LEFT_OUT, BLOCKS = "agrees", "does_not_agree", "left_out", "blocks"


@dataclass(frozen=True)
class Stance:
    """What a co-op says: `choice` is the option it passed by itself, or nothing."""

    word: str
    choice: str


@dataclass(frozen=True)
class Decision:
    """`share` is that of the co-ops, where any is counted; `members` all together, `co_ops` each by itself, where the basis asks for it."""

    passes: bool
    winner: str
    tie: bool
    reasons: frozenset[Reason]
    share: Fraction | None
    stances: Mapping[str, Stance]
    members: Result | None
    co_ops: Mapping[str, Result]


def decide(bodies: Mapping[str, Body], options: list[str], rule: Rule) -> Decision:
    """`bodies` has every participant with every group that is not excluded."""
    members = None
    if rule.basis in {"pooled", "double_majority"}:
        members = counting.count(counting.together(bodies), options, rule, rule.quorum)
        if rule.basis == "pooled":
            winner = members.option if members.passes else ""
            return Decision(members.passes, winner, members.tie, members.reasons, None, {}, members, {})
    co_ops = {one: counting.count(body, options, rule, rule.co_op_quorums.get(one, rule.quorum)) for one, body in bodies.items()}
    return _across(co_ops, members, options, rule)


def _across(co_ops: Mapping[str, Result], members: Result | None, options: list[str], rule: Rule) -> Decision:
    stances = {one: _stance(result, rule) for one, result in co_ops.items()}
    weights = {one: rule.co_op_weights.get(one, Fraction(1)) for one in co_ops}
    heard = {one: weights[one] for one, stance in stances.items() if stance.word in {AGREES, DOES_NOT_AGREE}}
    leaders = _leaders(stances, heard, options, members, rule)
    option = leaders[0] if len(leaders) == 1 else ""
    others = tuple(sorted(one for one in heard if not option or stances[one].choice != option))
    weight, agreeing = sum(heard.values(), Fraction(0)), sum((heard[one] for one in heard if one not in others), Fraction(0))
    measured = sum(weights.values(), Fraction(0)) if rule.co_op_threshold.of == "eligible" else weight
    share = agreeing / measured if measured else None
    tie = bool(agreeing) and agreeing * 2 == weight if rule.method in MOTIONS else len(leaders) > 1
    reasons = set(members.reasons) if members is not None else set()
    stopped = _below_quorum(stances, heard)
    if stopped:
        reasons.add(("quorum", stopped))
    elif rule.basis == "all_co_ops" and others:
        reasons.add(("threshold", others))
    elif rule.basis != "all_co_ops" and (share is None or not rule.co_op_threshold.reached(share)):
        reasons.add(("threshold" if members is None else "co_op_threshold", ()))
    if tie and (reasons or rule.method not in MOTIONS):
        reasons.add(("tie", ()))
    return Decision(not reasons, "" if reasons else option, tie, frozenset(reasons), share, stances, members, co_ops)


def _leaders(
    stances: Mapping[str, Stance], heard: Mapping[str, Fraction], options: list[str], members: Result | None, rule: Rule
) -> list[str]:
    """The choice of all, or the options that stand for it together: the motion, what leads among the members, or among the co-ops."""
    if rule.method in MOTIONS:
        return options[:1]
    if members is not None:
        return list(members.leaders)
    totals = {option: sum((weight for one, weight in heard.items() if stances[one].choice == option), Fraction(0)) for option in options}
    most = max(totals.values())
    return [option for option, total in totals.items() if total and total == most]


def _stance(result: Result, rule: Rule) -> Stance:
    if result.below_quorum:
        return Stance({"left_out": LEFT_OUT, "against": DOES_NOT_AGREE, "blocks": BLOCKS}[rule.below_quorum], "")
    return Stance(AGREES, result.option) if result.passes else Stance(DOES_NOT_AGREE, "")


def _below_quorum(stances: Mapping[str, Stance], heard: Mapping[str, Fraction]) -> tuple[str, ...]:
    """The co-ops whose own quorum stands in the way of all: those that block, or every one where none is counted."""
    blocking = tuple(sorted(one for one, stance in stances.items() if stance.word == BLOCKS))
    return blocking or (() if heard else tuple(sorted(stances)))
