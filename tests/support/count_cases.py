"""Converts cases of docs/formats/count.md to rules of docs/formats/federated-vote.md and counts them."""

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from scripts.verifier import federated_decision, vote_rule
from scripts.verifier.counting import GroupTally
from scripts.verifier.federated_decision import FederatedDecision
from scripts.verifier.vote_rule import VoteRule

Case = dict[str, Any]  # Any: the cases come from JSON
_MORE_THAN_HALF: Case = {"fraction": "1/2", "strict": True, "of": "cast"}


def count_case(case: Case) -> FederatedDecision:
    """Counts a case in which all co-ops give their votes by class."""
    votes: Mapping[str, Any] = case.get("co_ops") or {"home": case}
    rolls = {vote: _roll(case, vote, body) for vote, body in votes.items()}
    ballots = {vote: _by_class(body.get("votes", body)) for vote, body in votes.items()}
    excluded = _as_list(case.get("excluded", []))
    classes = sorted({name for vote in votes for name in {*rolls[vote], *ballots[vote]}} - set(excluded))
    bodies = {vote: {name: _group(case, rolls[vote].get(name), ballots[vote].get(name, {})) for name in classes} for vote in votes}
    method = case.get("method", "yes_no_abstain")
    options = sorted({option for ballot in ballots.values() for marks in ballot.values() for option in marks} - {"abstain", "voters"})
    return federated_decision.decide(
        bodies, ["for", "against", "abstain"] if method == "yes_no_abstain" else options, make_rule(case, classes)
    )


def make_rule(case: Case, classes: list[str]) -> VoteRule:
    """The case's rule as docs/formats/federated-vote.md writes it."""
    excluded = _as_list(case.get("excluded", []))
    body: Case = {
        "version": "kith-count/1",
        "method": case.get("method", "yes_no_abstain"),
        "basis": case.get("basis", "pooled"),
        "threshold": _threshold(case.get("threshold", {})),
        "class_rule": _class_rule(case.get("rule", {"kind": "none"})),
        "excluded": sorted(excluded),
        "quorum": _quorum(case.get("quorum", {})),
        "class_quorums": [[name, _quorum(name_or_co_op)] for name, name_or_co_op in sorted(case.get("class_quorum", {}).items())],
        "co_op_quorums": [
            [name_or_co_op, _quorum(body["quorum"])] for name_or_co_op, body in sorted(case.get("co_ops", {}).items()) if "quorum" in body
        ],
        "below_quorum": case.get("below_quorum", "left_out"),
    }
    if "highest_score" in case:
        body["highest_score"] = case["highest_score"]
    if "co_op_threshold" in case:
        body["co_op_threshold"] = _threshold(case["co_op_threshold"])
    if "weights" in case:
        body["co_op_weights"] = [[name_or_co_op, fraction_text(weight)] for name_or_co_op, weight in sorted(case["weights"].items())]
    return vote_rule.read_rule(body)


def fraction_text(text: str) -> str:
    value = Fraction(text)
    return f"{value.numerator}/{value.denominator}"


def _roll(case: Case, co_op: str, body: Case) -> dict[str, int]:
    eligible = body.get("eligible", {})
    return {"member": eligible} if isinstance(eligible, int) else eligible


def _by_class(votes: Case) -> dict[str, Case]:
    plain = {name: number for name, number in votes.items() if isinstance(number, int) and name != "eligible"}
    return {"member": plain} if plain else {name: marks for name, marks in votes.items() if isinstance(marks, dict) and name != "quorum"}


def _group(case: Case, rows: int | None, marks: Case) -> GroupTally:
    counted = Counter({name: number for name, number in marks.items() if name not in {"abstain", "voters"}})
    abstained = marks.get("abstain", 0)
    voters = marks.get("voters", sum(counted.values()) + abstained)
    return GroupTally(voters if rows is None else rows, voters, abstained, counted)


def _threshold(case: Case) -> Case:
    threshold: Case = _MORE_THAN_HALF | case
    return threshold | {"fraction": fraction_text(threshold["fraction"])}


def _quorum(quorum: Any) -> Case:
    if not isinstance(quorum, dict):
        quorum = {"count": quorum} if isinstance(quorum, int) else {"fraction": quorum}
    return {"fraction": fraction_text(quorum.get("fraction", "0")), "count": quorum.get("count", 0)}


def _class_rule(case: Case) -> Case:
    match case["kind"]:
        case "cap":
            groups = sorted(_as_list(case["class"] if "class" in case else case["classes"]))
            return {
                "kind": "cap",
                "groups": groups,
                "fraction": fraction_text(case["fraction"]),
                "measured_on": case.get("measured_on", "cast"),
            }
        case "fixed_shares":
            shares = [[name, fraction_text(share)] for name, share in sorted(case["shares"].items())]
            return {"kind": "fixed_shares", "shares": shares, "silent": case.get("silent", "forfeit")}
        case "each_class":
            threshold = _threshold(case.get("class_threshold", {}))
            return {"kind": "each_class", "threshold": threshold, "silent_blocks": case.get("silent_blocks", False)}
        case kind:
            return {"kind": kind}


def _as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
