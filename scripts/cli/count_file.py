"""Reads a count file: votes by class and across co-ops with the rule to count them by. Format: docs/formats/count.md.

Nothing is guessed: an unknown key, a number that is not whole or a word that is not on the list is refused with its path.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from libs.rulebook.counting import (
    Basis,
    BelowQuorum,
    ClassCap,
    ClassRule,
    CountingRule,
    Denominator,
    EachClass,
    FixedShares,
    Method,
    OneMemberOneVote,
    Quorum,
    SilentClass,
    Threshold,
)
from scripts.cli.strict_json import JsonNode, JsonNodeError
from services.governance.domain.federated_tally import CoOpVotes
from services.governance.domain.head_count import EligibleCounts

ONE_CLASS = "member"
"""The class of all voters if a file names no classes."""

HALF = Threshold(Fraction(1, 2), strict=True)

_VOTE_FIELDS = {"votes", "eligible", "voters", "quorum"}
_CASE_FIELDS = {
    *("name", "note", "expect", "method", "highest_score", "rule", "threshold", "excluded", "class_quorum"),
    *("co_ops", "basis", "co_op_threshold", "below_quorum", "weights"),
    *_VOTE_FIELDS,
}
_JOINT_ONLY_FIELDS = ("co_op_threshold", "below_quorum", "weights")


class BadCountFileError(Exception):
    """Why a file cannot be counted; the message names case and field."""


@dataclass(frozen=True)
class CountCase:
    """One vote to count. `co_ops` is None if one co-op votes alone."""

    name: str
    rule: CountingRule
    single: CoOpVotes
    co_ops: Mapping[str, CoOpVotes] | None = None


def read_cases(text: str) -> list[CountCase]:
    """Reads all cases of a file, which holds a list or a single case. Raises `BadCountFileError`."""
    try:
        root = JsonNode.parse(text)
        nodes = [JsonNode(root.value)] if root.is_object() else [JsonNode(node.value) for node in root.items()]
    except JsonNodeError as error:
        raise BadCountFileError(str(error)) from error
    return [_case(number, node) for number, node in enumerate(nodes, start=1)]


def _case(number: int, node: JsonNode) -> CountCase:
    name = node.value.get("name") if isinstance(node.value, dict) else None
    try:
        return _read(node)
    except JsonNodeError as error:
        title = f"case {number} {JsonNode(name).excerpt()}" if isinstance(name, str) else f"case {number}"
        message = f"{title}: {error}"
        raise BadCountFileError(message) from error


def _read(node: JsonNode) -> CountCase:
    fields = node.fields(_CASE_FIELDS)
    if "name" not in fields:
        node.fail("has no name")
    if ("votes" in fields) == ("co_ops" in fields):
        node.fail("needs either votes or co_ops")
    rule = _rule(fields)
    name = fields["name"].text()
    if "votes" in fields:
        for key in _JOINT_ONLY_FIELDS:
            if key in fields:
                fields[key].fail("means something only with co_ops")
        if rule.basis is not Basis.POOLED:
            fields["basis"].fail("one co-op by itself is always pooled")
        return CountCase(name, rule, _co_op_votes({key: node for key, node in fields.items() if key != "quorum"}))
    return _across(name, rule, fields)


def _across(name: str, rule: CountingRule, fields: Mapping[str, JsonNode]) -> CountCase:
    co_ops = {co_op: _co_op(node) for co_op, node in fields["co_ops"].fields().items()}
    if not co_ops:
        fields["co_ops"].fail("names no co-op")
    if "voters" in fields:
        fields["voters"].fail("belongs inside each co-op")
    if "eligible" not in fields:
        return CountCase(name, rule, CoOpVotes(None, {}), co_ops)
    eligible = fields["eligible"]
    if eligible.is_object() and eligible.fields().keys() <= co_ops.keys():
        for co_op, node in eligible.fields().items():
            if co_ops[co_op].eligible is not None:
                node.fail("is said twice, here and in the co-op")
            co_ops[co_op] = replace(co_ops[co_op], eligible=_eligible(node, co_ops[co_op].votes))
        return CountCase(name, rule, CoOpVotes(None, {}), co_ops)
    if rule.basis is not Basis.POOLED:
        eligible.fail("must be given for each co-op, because they count by themselves first")
    return CountCase(name, rule, CoOpVotes(_eligible(eligible, _all_votes(co_ops)), {}), co_ops)


def _all_votes(co_ops: Mapping[str, CoOpVotes]) -> dict[str, dict[str, int]]:
    return {name: {} for co_op in co_ops.values() for name in co_op.votes}


def _co_op(node: JsonNode) -> CoOpVotes:
    fields = node.fields()
    if "votes" in fields:
        return _co_op_votes(node.fields(_VOTE_FIELDS))
    settings = {key: child for key, child in fields.items() if key in _VOTE_FIELDS}
    votes = {key: value for key, value in node.fields().items() if key not in _VOTE_FIELDS}
    return _co_op_votes({**settings, "votes": JsonNode({key: child.value for key, child in votes.items()}, node.path)})


def _co_op_votes(fields: Mapping[str, JsonNode]) -> CoOpVotes:
    votes, voters = _votes(fields["votes"])
    if "voters" in fields:
        voters_node = fields["voters"]
        voters |= (
            {name: child.integer() for name, child in voters_node.fields().items()}
            if voters_node.is_object()
            else {_only_class(votes, voters_node): voters_node.integer()}
        )
    eligible = _eligible(fields["eligible"], votes) if "eligible" in fields else None
    quorum = _quorum(fields["quorum"]) if "quorum" in fields else None
    return CoOpVotes(eligible, votes, voters or None, quorum)


def _votes(node: JsonNode) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    fields = node.fields()
    if fields and not any(child.is_object() for child in fields.values()):
        fields = {ONE_CLASS: node}
    votes: dict[str, dict[str, int]] = {}
    voters: dict[str, int] = {}
    for name, child in fields.items():
        options = {option: number.integer() for option, number in child.fields().items()}
        if "voters" in options:
            voters[name] = options.pop("voters")
        votes[name] = options
    return votes, voters


def _only_class(votes: Mapping[str, object], node: JsonNode) -> str:
    if len(votes) != 1:
        node.fail("must be given by class")
    return next(iter(votes))


def _eligible(node: JsonNode, votes: Mapping[str, object]) -> EligibleCounts:
    if node.is_object():
        return {name: child.integer() for name, child in node.fields().items()}
    return {next(iter(votes)): node.integer()} if len(votes) == 1 else node.integer()


def _rule(fields: Mapping[str, JsonNode]) -> CountingRule:
    method = fields["method"].enum_member(Method) if "method" in fields else Method.YES_NO_ABSTAIN
    class_rule, excluded = _class_rule(fields["rule"]) if "rule" in fields else (OneMemberOneVote(), ())
    if "excluded" in fields:
        excluded = (*excluded, *fields["excluded"].names())
    total, by_class = _quorums(fields)
    if "highest_score" in fields and method is not Method.SCORE:
        fields["highest_score"].fail("means something only with method score")
    return CountingRule(
        method=method,
        class_rule=class_rule,
        threshold=_threshold(fields["threshold"]) if "threshold" in fields else HALF,
        basis=fields["basis"].enum_member(Basis) if "basis" in fields else Basis.POOLED,
        quorum=total,
        class_quorums=by_class,
        excluded=excluded,
        highest_score=fields["highest_score"].integer() if "highest_score" in fields else None,
        co_op_threshold=_threshold(fields["co_op_threshold"]) if "co_op_threshold" in fields else None,
        co_op_weights=_fractions(fields["weights"]) if "weights" in fields else (),
        below_quorum=fields["below_quorum"].enum_member(BelowQuorum) if "below_quorum" in fields else BelowQuorum.LEFT_OUT,
    )


def _class_rule(node: JsonNode) -> tuple[ClassRule, tuple[str, ...]]:
    fields = node.fields()
    if "kind" not in fields:
        node.fail("has no kind")
    kind = fields["kind"].text()
    readers = {
        "none": _one_member_one_vote,
        "excluded": _one_member_one_vote,
        "cap": _cap,
        "fixed_shares": _fixed_shares,
        "each_class": _each_class,
    }
    if kind not in readers:
        fields["kind"].fail(f"must be one of {', '.join(sorted(readers))}, not {fields['kind'].excerpt()}")
    excluded = fields["excluded"].names() if "excluded" in fields else ()
    if kind == "excluded":
        node.fields({"kind", "class", "classes"})
        return OneMemberOneVote(), _classes(fields, node)
    return readers[kind]({key: child for key, child in fields.items() if key not in {"kind", "excluded"}}, node), excluded


def _one_member_one_vote(fields: Mapping[str, JsonNode], node: JsonNode) -> ClassRule:
    del node
    _refuse_unknown_fields(fields, set())
    return OneMemberOneVote()


def _cap(fields: Mapping[str, JsonNode], node: JsonNode) -> ClassRule:
    _refuse_unknown_fields(fields, {"class", "classes", "fraction", "measured_on"})
    measured_on = fields["measured_on"].enum_member(Denominator) if "measured_on" in fields else Denominator.CAST
    return ClassCap(_classes(fields, node), _required(fields, "fraction", node).fraction(), measured_on)


def _fixed_shares(fields: Mapping[str, JsonNode], node: JsonNode) -> ClassRule:
    _refuse_unknown_fields(fields, {"shares", "silent"})
    silent = fields["silent"].enum_member(SilentClass) if "silent" in fields else SilentClass.FORFEIT
    return FixedShares(_fractions(_required(fields, "shares", node)), silent)


def _each_class(fields: Mapping[str, JsonNode], node: JsonNode) -> ClassRule:
    _refuse_unknown_fields(fields, {"class_threshold", "silent_blocks"})
    blocks = fields["silent_blocks"].boolean() if "silent_blocks" in fields else False
    threshold = _threshold(fields["class_threshold"]) if "class_threshold" in fields else HALF
    del node
    return EachClass(threshold, blocks)


def _classes(fields: Mapping[str, JsonNode], node: JsonNode) -> tuple[str, ...]:
    if ("class" in fields) == ("classes" in fields):
        node.fail("needs either class or classes")
    return fields["class" if "class" in fields else "classes"].names()


def _required(fields: Mapping[str, JsonNode], key: str, node: JsonNode) -> JsonNode:
    if key not in fields:
        node.fail(f"has no {key}")
    return fields[key]


def _refuse_unknown_fields(fields: Mapping[str, JsonNode], known: set[str]) -> None:
    for key, child in fields.items():
        if key not in known:
            child.fail(f"unknown field; known here: {', '.join(sorted(known)) or 'none'}")


def _fractions(node: JsonNode) -> tuple[tuple[str, Fraction], ...]:
    return tuple((name, child.fraction()) for name, child in node.fields().items())


def _threshold(node: JsonNode) -> Threshold:
    fields = node.fields({"fraction", "strict", "of"})
    return Threshold(
        fraction=_required(fields, "fraction", node).fraction(),
        strict=fields["strict"].boolean() if "strict" in fields else True,
        of=fields["of"].enum_member(Denominator) if "of" in fields else Denominator.CAST,
    )


def _quorums(fields: Mapping[str, JsonNode]) -> tuple[Quorum, tuple[tuple[str, Quorum], ...]]:
    total = _quorum(fields["quorum"], with_classes=True) if "quorum" in fields else Quorum()
    by_class: dict[str, Quorum] = {}
    by_class_node = fields["quorum"].fields().get("by_class") if "quorum" in fields and fields["quorum"].is_object() else None
    for node in (by_class_node, fields.get("class_quorum")):
        for name, child in node.fields().items() if node is not None else ():
            if name in by_class:
                child.fail("is said twice, in quorum and in class_quorum")
            by_class[name] = _quorum(child)
    return total, tuple(by_class.items())


def _quorum(node: JsonNode, *, with_classes: bool = False) -> Quorum:
    if not node.is_object():
        # A bare whole number is a number of people, a bare fraction a share of the roll; so 1 is one person and "1/1" everybody.
        return Quorum(count=node.integer()) if isinstance(node.value, int) else Quorum(node.fraction())
    fields = node.fields({"fraction", "count", "of", *(["by_class"] if with_classes else [])})
    if "of" in fields and fields["of"].value != "eligible":
        fields["of"].fail("a quorum is always of eligible")
    if not fields.keys() & {"fraction", "count", "by_class"}:
        node.fail("needs a fraction or a count")
    return Quorum(
        fraction=fields["fraction"].fraction() if "fraction" in fields else Fraction(0),
        count=fields["count"].integer() if "count" in fields else 0,
    )
