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
    counted = sorted(one for one, stance in stances.items() if stance.word in {AGREES, DOES_NOT_AGREE})
    totals = {option: sum((weights[one] for one in counted if stances[one].choice == option), Fraction(0)) for option in options}
    leaders = [option for option, total in totals.items() if total and total == max(totals.values())]
    if rule.method in MOTIONS:
        option = options[0]
    elif members is not None:
        option = members.option
    else:
        option = leaders[0] if len(leaders) == 1 else ""
    agreeing = totals.get(option, Fraction(0))
    all_counted = sum((weights[one] for one in counted), Fraction(0))
    measured = sum(weights.values()) if rule.co_op_threshold.of == "eligible" else all_counted
    share = agreeing / measured if counted else None
    tie = len(leaders) > 1 if rule.method not in MOTIONS else bool(agreeing) and agreeing * 2 == all_counted
    if members is not None and rule.method not in MOTIONS:
        tie = False
    reasons = set(members.reasons) if members is not None else set()
    others = tuple(one for one in counted if not option or stances[one].choice != option)
    enough = not others if rule.basis == "all_co_ops" else share is not None and rule.co_op_threshold.reached(share)
    stopped = _below_quorum(stances, counted)
    if stopped:
        reasons.add(("quorum", stopped))
    elif not enough:
        reasons.add(("co_op_threshold" if members is not None else "threshold", others if rule.basis == "all_co_ops" else ()))
    if tie and not (enough and rule.method in MOTIONS):
        reasons.add(("tie", ()))
    tie = tie or (members is not None and members.tie)
    return Decision(not reasons, option if not reasons else "", tie, frozenset(reasons), share, stances, members, co_ops)


def _stance(result: Result, rule: Rule) -> Stance:
    if result.below_quorum:
        return Stance({"left_out": LEFT_OUT, "against": DOES_NOT_AGREE, "blocks": BLOCKS}[rule.below_quorum], "")
    return Stance(AGREES, result.option) if result.passes else Stance(DOES_NOT_AGREE, "")


def _below_quorum(stances: Mapping[str, Stance], counted: list[str]) -> tuple[str, ...]:
    """The co-ops whose own quorum stands in the way of all: those that block, or every one where none is counted."""
    blocking = tuple(sorted(one for one, stance in stances.items() if stance.word == BLOCKS))
    return blocking or (() if counted else tuple(sorted(stances)))
