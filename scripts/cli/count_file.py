"""Reads a count file: votes by class and across co-ops with the rule to count them by. Format: docs/formats/count.md.

Nothing is guessed: a key that is not known, a number that is not whole, a word that is not on the list are refused with their place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from libs.rulebook.counting import (
    Basis,
    BelowQuorum,
    Cap,
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
from scripts.cli.json_part import BadPartError, Part
from services.governance.domain.across_co_ops import CoOpVotes
from services.governance.domain.head_count import Eligible

ONE_CLASS = "member"
"""The class of everybody where a file names no classes."""

HALF = Threshold(Fraction(1, 2), strict=True)

_OF_THE_VOTE = {"votes", "eligible", "voters", "quorum"}
_OF_THE_CASE = {
    *("name", "note", "expect", "method", "highest_score", "rule", "threshold", "excluded", "class_quorum"),
    *("co_ops", "basis", "co_op_threshold", "below_quorum", "weights"),
    *_OF_THE_VOTE,
}
_ONLY_ACROSS = ("co_op_threshold", "below_quorum", "weights")


class BadCountFileError(Exception):
    """Why a file cannot be counted; the message names case and field."""


@dataclass(frozen=True)
class Case:
    """One vote to count. `co_ops` is None where one co-op votes alone."""

    name: str
    rule: CountingRule
    alone: CoOpVotes
    co_ops: Mapping[str, CoOpVotes] | None = None


def read_cases(text: str) -> list[Case]:
    """All cases of a file: a list, or one case by itself. Raises `BadCountFileError`."""
    try:
        whole = Part.parse(text)
        parts = [Part(whole.value)] if whole.is_table() else [Part(part.value) for part in whole.items()]
    except BadPartError as wrong:
        raise BadCountFileError(str(wrong)) from wrong
    return [_case(number, part) for number, part in enumerate(parts, start=1)]


def _case(number: int, part: Part) -> Case:
    called = part.value.get("name") if isinstance(part.value, dict) else None
    try:
        return _read(part)
    except BadPartError as wrong:
        title = f"case {number} {Part(called).shown()}" if isinstance(called, str) else f"case {number}"
        message = f"{title}: {wrong}"
        raise BadCountFileError(message) from wrong


def _read(part: Part) -> Case:
    fields = part.table(_OF_THE_CASE)
    if "name" not in fields:
        part.refuse("has no name")
    if ("votes" in fields) == ("co_ops" in fields):
        part.refuse("needs either votes or co_ops")
    rule = _rule(fields)
    name = fields["name"].text()
    if "votes" in fields:
        for key in _ONLY_ACROSS:
            if key in fields:
                fields[key].refuse("means something only with co_ops")
        if rule.basis is not Basis.POOLED:
            fields["basis"].refuse("one co-op by itself is always pooled")
        return Case(name, rule, _voting({key: part for key, part in fields.items() if key != "quorum"}))
    return _across(name, rule, fields)


def _across(name: str, rule: CountingRule, fields: Mapping[str, Part]) -> Case:
    co_ops = {co_op: _co_op(part) for co_op, part in fields["co_ops"].table().items()}
    if not co_ops:
        fields["co_ops"].refuse("names no co-op")
    if "voters" in fields:
        fields["voters"].refuse("belongs inside each co-op")
    if "eligible" not in fields:
        return Case(name, rule, CoOpVotes(None, {}), co_ops)
    roll = fields["eligible"]
    if roll.is_table() and roll.table().keys() <= co_ops.keys():
        for co_op, part in roll.table().items():
            if co_ops[co_op].eligible is not None:
                part.refuse("is said twice, here and in the co-op")
            co_ops[co_op] = replace(co_ops[co_op], eligible=_eligible(part, co_ops[co_op].votes))
        return Case(name, rule, CoOpVotes(None, {}), co_ops)
    if rule.basis is not Basis.POOLED:
        roll.refuse("must be given for each co-op, because they count by themselves first")
    return Case(name, rule, CoOpVotes(_eligible(roll, _all_votes(co_ops)), {}), co_ops)


def _all_votes(co_ops: Mapping[str, CoOpVotes]) -> dict[str, dict[str, int]]:
    return {name: {} for co_op in co_ops.values() for name in co_op.votes}


def _co_op(part: Part) -> CoOpVotes:
    fields = part.table()
    if "votes" in fields:
        return _voting(part.table(_OF_THE_VOTE))
    around = {key: inner for key, inner in fields.items() if key in _OF_THE_VOTE}
    votes = {key: value for key, value in part.table().items() if key not in _OF_THE_VOTE}
    return _voting({**around, "votes": Part({key: inner.value for key, inner in votes.items()}, part.place)})


def _voting(fields: Mapping[str, Part]) -> CoOpVotes:
    votes, voters = _votes(fields["votes"])
    if "voters" in fields:
        said = fields["voters"]
        voters |= {name: inner.number() for name, inner in said.table().items()} if said.is_table() else {_only(votes, said): said.number()}
    eligible = _eligible(fields["eligible"], votes) if "eligible" in fields else None
    quorum = _quorum(fields["quorum"]) if "quorum" in fields else None
    return CoOpVotes(eligible, votes, voters or None, quorum)


def _votes(part: Part) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    fields = part.table()
    if fields and not any(inner.is_table() for inner in fields.values()):
        fields = {ONE_CLASS: part}
    votes: dict[str, dict[str, int]] = {}
    voters: dict[str, int] = {}
    for name, inner in fields.items():
        options = {option: number.number() for option, number in inner.table().items()}
        if "voters" in options:
            voters[name] = options.pop("voters")
        votes[name] = options
    return votes, voters


def _only(votes: Mapping[str, object], part: Part) -> str:
    if len(votes) != 1:
        part.refuse("must be given by class")
    return next(iter(votes))


def _eligible(part: Part, votes: Mapping[str, object]) -> Eligible:
    if part.is_table():
        return {name: inner.number() for name, inner in part.table().items()}
    return {next(iter(votes)): part.number()} if len(votes) == 1 else part.number()


def _rule(fields: Mapping[str, Part]) -> CountingRule:
    method = fields["method"].word_of(Method) if "method" in fields else Method.YES_NO_ABSTAIN
    class_rule, excluded = _class_rule(fields["rule"]) if "rule" in fields else (OneMemberOneVote(), ())
    if "excluded" in fields:
        excluded = (*excluded, *fields["excluded"].names())
    total, by_class = _quorums(fields)
    if "highest_score" in fields and method is not Method.SCORE:
        fields["highest_score"].refuse("means something only with method score")
    return CountingRule(
        method=method,
        class_rule=class_rule,
        threshold=_threshold(fields["threshold"]) if "threshold" in fields else HALF,
        basis=fields["basis"].word_of(Basis) if "basis" in fields else Basis.POOLED,
        quorum=total,
        class_quorums=by_class,
        excluded=excluded,
        highest_score=fields["highest_score"].number() if "highest_score" in fields else None,
        co_op_threshold=_threshold(fields["co_op_threshold"]) if "co_op_threshold" in fields else None,
        co_op_weights=_fractions(fields["weights"]) if "weights" in fields else (),
        below_quorum=fields["below_quorum"].word_of(BelowQuorum) if "below_quorum" in fields else BelowQuorum.LEFT_OUT,
    )


def _class_rule(part: Part) -> tuple[ClassRule, tuple[str, ...]]:
    fields = part.table()
    if "kind" not in fields:
        part.refuse("has no kind")
    kind = fields["kind"].text()
    readers = {"none": _none, "excluded": _none, "cap": _cap, "fixed_shares": _fixed_shares, "each_class": _each_class}
    if kind not in readers:
        fields["kind"].refuse(f"must be one of {', '.join(sorted(readers))}, not {fields['kind'].shown()}")
    excluded = fields["excluded"].names() if "excluded" in fields else ()
    if kind == "excluded":
        part.table({"kind", "class", "classes"})
        return OneMemberOneVote(), _classes(fields, part)
    return readers[kind]({key: inner for key, inner in fields.items() if key not in {"kind", "excluded"}}, part), excluded


def _none(fields: Mapping[str, Part], part: Part) -> ClassRule:
    del part
    _known(fields, set())
    return OneMemberOneVote()


def _cap(fields: Mapping[str, Part], part: Part) -> ClassRule:
    _known(fields, {"class", "classes", "fraction", "measured_on"})
    measured_on = fields["measured_on"].word_of(Denominator) if "measured_on" in fields else Denominator.CAST
    return Cap(_classes(fields, part), _needed(fields, "fraction", part).fraction(), measured_on)


def _fixed_shares(fields: Mapping[str, Part], part: Part) -> ClassRule:
    _known(fields, {"shares", "silent"})
    silent = fields["silent"].word_of(SilentClass) if "silent" in fields else SilentClass.FORFEIT
    return FixedShares(_fractions(_needed(fields, "shares", part)), silent)


def _each_class(fields: Mapping[str, Part], part: Part) -> ClassRule:
    _known(fields, {"class_threshold", "silent_blocks"})
    blocks = fields["silent_blocks"].yes_or_no() if "silent_blocks" in fields else False
    threshold = _threshold(fields["class_threshold"]) if "class_threshold" in fields else HALF
    del part
    return EachClass(threshold, blocks)


def _classes(fields: Mapping[str, Part], part: Part) -> tuple[str, ...]:
    if ("class" in fields) == ("classes" in fields):
        part.refuse("needs either class or classes")
    return fields["class" if "class" in fields else "classes"].names()


def _needed(fields: Mapping[str, Part], key: str, part: Part) -> Part:
    if key not in fields:
        part.refuse(f"has no {key}")
    return fields[key]


def _known(fields: Mapping[str, Part], known: set[str]) -> None:
    for key, inner in fields.items():
        if key not in known:
            inner.refuse(f"unknown field; known here: {', '.join(sorted(known)) or 'none'}")


def _fractions(part: Part) -> tuple[tuple[str, Fraction], ...]:
    return tuple((name, inner.fraction()) for name, inner in part.table().items())


def _threshold(part: Part) -> Threshold:
    fields = part.table({"fraction", "strict", "of"})
    return Threshold(
        fraction=_needed(fields, "fraction", part).fraction(),
        strict=fields["strict"].yes_or_no() if "strict" in fields else True,
        of=fields["of"].word_of(Denominator) if "of" in fields else Denominator.CAST,
    )


def _quorums(fields: Mapping[str, Part]) -> tuple[Quorum, tuple[tuple[str, Quorum], ...]]:
    total = _quorum(fields["quorum"], with_classes=True) if "quorum" in fields else Quorum()
    by_class: dict[str, Quorum] = {}
    inside = fields["quorum"].table().get("by_class") if "quorum" in fields and fields["quorum"].is_table() else None
    for part in (inside, fields.get("class_quorum")):
        for name, inner in part.table().items() if part is not None else ():
            if name in by_class:
                inner.refuse("is said twice, in quorum and in class_quorum")
            by_class[name] = _quorum(inner)
    return total, tuple(by_class.items())


def _quorum(part: Part, *, with_classes: bool = False) -> Quorum:
    if not part.is_table():
        # A bare whole number is people, a bare fraction a part of the roll; so 1 is one person and "1/1" everybody.
        return Quorum(count=part.number()) if isinstance(part.value, int) else Quorum(part.fraction())
    fields = part.table({"fraction", "count", "of", *(["by_class"] if with_classes else [])})
    if "of" in fields and fields["of"].value != "eligible":
        fields["of"].refuse("a quorum is always of eligible")
    if not fields.keys() & {"fraction", "count", "by_class"}:
        part.refuse("needs a fraction or a count")
    return Quorum(
        fraction=fields["fraction"].fraction() if "fraction" in fields else Fraction(0),
        count=fields["count"].number() if "count" in fields else 0,
    )
