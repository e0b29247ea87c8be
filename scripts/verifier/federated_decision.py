"""Check 14, across co-ops: decides by the basis of the rule (docs/formats/count.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from scripts.verifier import counting
from scripts.verifier.counting import CountResult, GroupTallies, Reason
from scripts.verifier.vote_rule import MOTION_METHODS, VoteRule

AGREES, DOES_NOT_AGREE, LEFT_OUT, BLOCKS = "agrees", "does_not_agree", "left_out", "blocks"


@dataclass(frozen=True)
class CoOpStance:
    """The stance of one co-op: `choice` is the option it passed by itself, or an empty string."""

    word: str
    choice: str


@dataclass(frozen=True)
class FederatedDecision:
    """`share` is that of the agreeing co-ops; `members` counts all members pooled, `co_ops` each by itself, if the basis requires it."""

    passes: bool
    winner: str
    tie: bool
    reasons: frozenset[Reason]
    share: Fraction | None
    stances: Mapping[str, CoOpStance]
    members: CountResult | None
    co_ops: Mapping[str, CountResult]


def decide(bodies: Mapping[str, GroupTallies], options: list[str], rule: VoteRule) -> FederatedDecision:
    """`bodies` has every participant with every group that is not excluded."""
    members = None
    if rule.basis in {"pooled", "double_majority"}:
        members = counting.count_ballots(counting.pool_co_ops(bodies), options, rule, rule.quorum)
        if rule.basis == "pooled":
            winner = members.option if members.passes else ""
            return FederatedDecision(members.passes, winner, members.tie, members.reasons, None, {}, members, {})
    co_ops = {
        co_op: counting.count_ballots(body, options, rule, rule.co_op_quorums.get(co_op, rule.quorum)) for co_op, body in bodies.items()
    }
    return _decide_by_co_ops(co_ops, members, options, rule)


def _decide_by_co_ops(
    co_ops: Mapping[str, CountResult], members: CountResult | None, options: list[str], rule: VoteRule
) -> FederatedDecision:
    stances = {co_op: _stance_of(result, rule) for co_op, result in co_ops.items()}
    weights = {co_op: rule.co_op_weights.get(co_op, Fraction(1)) for co_op in co_ops}
    counted_weights = {co_op: weights[co_op] for co_op, stance in stances.items() if stance.word in {AGREES, DOES_NOT_AGREE}}
    leaders = _leading_options(stances, counted_weights, options, members, rule)
    option = leaders[0] if len(leaders) == 1 else ""
    not_agreeing = tuple(sorted(co_op for co_op in counted_weights if not option or stances[co_op].choice != option))
    weight, agreeing = (
        sum(counted_weights.values(), Fraction(0)),
        sum((counted_weights[co_op] for co_op in counted_weights if co_op not in not_agreeing), Fraction(0)),
    )
    measured = sum(weights.values(), Fraction(0)) if rule.co_op_threshold.of == "eligible" else weight
    share = agreeing / measured if measured else None
    tie = bool(agreeing) and agreeing * 2 == weight if rule.method in MOTION_METHODS else len(leaders) > 1
    reasons = set(members.reasons) if members is not None else set()
    blocking = _blocked_by_quorum(stances, counted_weights)
    if blocking:
        reasons.add(("quorum", blocking))
    elif rule.basis == "all_co_ops" and not_agreeing:
        reasons.add(("threshold", not_agreeing))
    elif rule.basis != "all_co_ops" and (share is None or not rule.co_op_threshold.reached(share)):
        reasons.add(("threshold" if members is None else "co_op_threshold", ()))
    if tie and (reasons or rule.method not in MOTION_METHODS):
        reasons.add(("tie", ()))
    return FederatedDecision(not reasons, "" if reasons else option, tie, frozenset(reasons), share, stances, members, co_ops)


def _leading_options(
    stances: Mapping[str, CoOpStance],
    counted_weights: Mapping[str, Fraction],
    options: list[str],
    members: CountResult | None,
    rule: VoteRule,
) -> list[str]:
    """The leading options: of a motion the first, otherwise those leading among the members or among the co-ops."""
    if rule.method in MOTION_METHODS:
        return options[:1]
    if members is not None:
        return list(members.leaders)
    totals = {
        option: sum((weight for co_op, weight in counted_weights.items() if stances[co_op].choice == option), Fraction(0))
        for option in options
    }
    most = max(totals.values())
    return [option for option, total in totals.items() if total and total == most]


def _stance_of(result: CountResult, rule: VoteRule) -> CoOpStance:
    if result.below_quorum:
        return CoOpStance({"left_out": LEFT_OUT, "against": DOES_NOT_AGREE, "blocks": BLOCKS}[rule.below_quorum], "")
    return CoOpStance(AGREES, result.option) if result.passes else CoOpStance(DOES_NOT_AGREE, "")


def _blocked_by_quorum(stances: Mapping[str, CoOpStance], counted_weights: Mapping[str, Fraction]) -> tuple[str, ...]:
    """The co-ops whose missed quorum stops the decision: those that block, or all of them if none counts."""
    blocking = tuple(sorted(co_op for co_op, stance in stances.items() if stance.word == BLOCKS))
    return blocking or (() if counted_weights else tuple(sorted(stances)))
