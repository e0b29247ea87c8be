"""Cases of docs/formats/count.md, said in the words of a rule of docs/formats/federated-vote.md; what these tests need of them."""

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from scripts.verifier import federation, rule
from scripts.verifier.counting import Group
from scripts.verifier.federation import Decision
from scripts.verifier.rule import Rule

Case = dict[str, Any]  # Any: the cases come from JSON
_HALF: Case = {"fraction": "1/2", "strict": True, "of": "cast"}


def decide(case: Case) -> Decision:
    """Counts a case; its co-ops and classes must all have votes by class."""
    votes: Mapping[str, Any] = case.get("co_ops") or {"home": case}
    rolls = {one: _roll(case, one, body) for one, body in votes.items()}
    ballots = {one: _by_class(body.get("votes", body)) for one, body in votes.items()}
    excluded = _listed(case.get("excluded", []))
    classes = sorted({name for one in votes for name in {*rolls[one], *ballots[one]}} - set(excluded))
    bodies = {one: {name: _group(case, rolls[one].get(name), ballots[one].get(name, {})) for name in classes} for one in votes}
    method = case.get("method", "yes_no_abstain")
    options = sorted({option for one in ballots.values() for marks in one.values() for option in marks} - {"abstain", "voters"})
    return federation.decide(bodies, ["for", "against", "abstain"] if method == "yes_no_abstain" else options, rule_of(case, classes))


def rule_of(case: Case, classes: list[str]) -> Rule:
    """The same rule as the page writes it."""
    excluded = _listed(case.get("excluded", []))
    body: Case = {
        "version": "kith-count/1",
        "method": case.get("method", "yes_no_abstain"),
        "basis": case.get("basis", "pooled"),
        "threshold": _threshold(case.get("threshold", {})),
        "class_rule": _class_rule(case.get("rule", {"kind": "none"})),
        "excluded": sorted(excluded),
        "quorum": _quorum(case.get("quorum", {})),
        "class_quorums": [[name, _quorum(one)] for name, one in sorted(case.get("class_quorum", {}).items())],
        "co_op_quorums": [[one, _quorum(body["quorum"])] for one, body in sorted(case.get("co_ops", {}).items()) if "quorum" in body],
        "below_quorum": case.get("below_quorum", "left_out"),
    }
    if "highest_score" in case:
        body["highest_score"] = case["highest_score"]
    if "co_op_threshold" in case:
        body["co_op_threshold"] = _threshold(case["co_op_threshold"])
    if "weights" in case:
        body["co_op_weights"] = [[one, part(weight)] for one, weight in sorted(case["weights"].items())]
    return rule.read(body)


def part(text: str) -> str:
    value = Fraction(text)
    return f"{value.numerator}/{value.denominator}"


def _roll(case: Case, one: str, body: Case) -> dict[str, int]:
    eligible = body.get("eligible", {})
    return {"member": eligible} if isinstance(eligible, int) else eligible


def _by_class(votes: Case) -> dict[str, Case]:
    plain = {name: number for name, number in votes.items() if isinstance(number, int) and name != "eligible"}
    return {"member": plain} if plain else {name: marks for name, marks in votes.items() if isinstance(marks, dict) and name != "quorum"}


def _group(case: Case, rows: int | None, marks: Case) -> Group:
    counted = Counter({name: number for name, number in marks.items() if name not in {"abstain", "voters"}})
    abstained = marks.get("abstain", 0)
    voters = marks.get("voters", sum(counted.values()) + abstained)
    return Group(voters if rows is None else rows, voters, abstained, counted)


def _threshold(given: Case) -> Case:
    found: Case = _HALF | given
    return found | {"fraction": part(found["fraction"])}


def _quorum(given: Any) -> Case:
    if not isinstance(given, dict):
        given = {"count": given} if isinstance(given, int) else {"fraction": given}
    return {"fraction": part(given.get("fraction", "0")), "count": given.get("count", 0)}


def _class_rule(given: Case) -> Case:
    match given["kind"]:
        case "cap":
            groups = sorted(_listed(given["class"] if "class" in given else given["classes"]))
            return {"kind": "cap", "groups": groups, "fraction": part(given["fraction"]), "measured_on": given.get("measured_on", "cast")}
        case "fixed_shares":
            shares = [[name, part(share)] for name, share in sorted(given["shares"].items())]
            return {"kind": "fixed_shares", "shares": shares, "silent": given.get("silent", "forfeit")}
        case "each_class":
            threshold = _threshold(given.get("class_threshold", {}))
            return {"kind": "each_class", "threshold": threshold, "silent_blocks": given.get("silent_blocks", False)}
        case kind:
            return {"kind": kind}


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
