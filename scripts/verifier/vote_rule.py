"""The rule of a vote: its syntax in docs/formats/federated-vote.md, its meaning in docs/formats/count.md."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from scripts.verifier.canonical_json import Json
from scripts.verifier.json_values import (
    MalformedError,
    parse_boolean,
    parse_choice,
    parse_co_op_id,
    parse_fraction,
    parse_group,
    parse_integer,
    parse_list_of,
    parse_object,
    parse_share,
    parse_sorted_list,
)

T = TypeVar("T")
VERSION = "kith-count/1"
ABSTAIN = "abstain"
# In these two methods the first option means for and the second against.
MOTION_METHODS = {"yes_no_abstain": ["for", "against", ABSTAIN], "consent": ["consent", "object", ABSTAIN]}
_METHODS = (*MOTION_METHODS, "plurality", "approval", "score")
_BASES = ("pooled", "one_co_op_one_vote", "double_majority", "all_co_ops", "fixed_weights")
_MEASURES = ("cast", "present", "eligible")


@dataclass(frozen=True)
class Threshold:
    fraction: Fraction
    strict: bool
    of: str

    def reached(self, share: Fraction) -> bool:
        return share > self.fraction if self.strict else share >= self.fraction


@dataclass(frozen=True)
class Quorum:
    fraction: Fraction
    count: int

    def reached(self, voters: int, rows: int) -> bool:
        return voters >= self.fraction * rows and voters >= self.count


@dataclass(frozen=True)
class GroupCap:
    groups: frozenset[str]
    fraction: Fraction
    measured_on: str


@dataclass(frozen=True)
class FixedShares:
    shares: Mapping[str, Fraction]
    redistribute: bool


@dataclass(frozen=True)
class EachClassThreshold:
    threshold: Threshold
    silent_blocks: bool


ClassRule = GroupCap | FixedShares | EachClassThreshold | None


@dataclass(frozen=True)
class VoteRule:
    method: str
    highest_score: int
    basis: str
    threshold: Threshold
    class_rule: ClassRule
    excluded: frozenset[str]
    quorum: Quorum
    class_quorums: Mapping[str, Quorum]
    co_op_quorums: Mapping[str, Quorum]
    co_op_threshold: Threshold
    co_op_weights: Mapping[str, Fraction]
    below_quorum: str

    def groups(self) -> set[str]:
        """Every group that the rule names."""
        named = set(self.excluded) | set(self.class_quorums)
        match self.class_rule:
            case GroupCap(groups=groups):
                return named | groups
            case FixedShares(shares=shares):
                return named | set(shares)
            case _:
                return named


def read_rule(value: Json) -> VoteRule:
    """The rule of the terms. Raises MalformedError; check_terms compares groups and co-ops with the terms."""
    names = "version method basis threshold class_rule excluded quorum class_quorums co_op_quorums below_quorum"
    fields = parse_object(value, names, optional="highest_score co_op_threshold co_op_weights")
    parse_choice(fields["version"], (VERSION,))
    method, basis = parse_choice(fields["method"], _METHODS), parse_choice(fields["basis"], _BASES)
    if ("highest_score" in fields) != (method == "score") or ("co_op_weights" in fields) != (basis == "fixed_weights"):
        raise MalformedError("highest_score goes with score, and co_op_weights with fixed_weights")
    threshold = _parse_threshold(fields["threshold"])
    if method == "consent" and threshold != Threshold(Fraction(1), strict=False, of="cast"):
        raise MalformedError("consent has a threshold of its own: all of the votes cast")
    return VoteRule(
        method=method,
        highest_score=parse_integer(fields.get("highest_score", 1), minimum=1),
        basis=basis,
        threshold=threshold,
        class_rule=_parse_class_rule(fields["class_rule"]),
        excluded=frozenset(parse_sorted_list(fields["excluded"], parse_group)),
        quorum=_parse_quorum(fields["quorum"]),
        class_quorums=_unique_dict(parse_sorted_list(fields["class_quorums"], lambda item: _parse_pair(item, parse_group, _parse_quorum))),
        co_op_quorums=_unique_dict(
            parse_sorted_list(fields["co_op_quorums"], lambda item: _parse_pair(item, parse_co_op_id, _parse_quorum))
        ),
        co_op_threshold=_parse_threshold(fields["co_op_threshold"]) if "co_op_threshold" in fields else threshold,
        co_op_weights=_unique_dict(
            parse_sorted_list(fields.get("co_op_weights", []), lambda item: _parse_pair(item, parse_co_op_id, _parse_positive_fraction))
        ),
        below_quorum=parse_choice(fields["below_quorum"], ("left_out", "against", "blocks")),
    )


def _parse_class_rule(value: Json) -> ClassRule:
    kind = value.get("kind") if isinstance(value, dict) else None
    match kind:
        case "none":
            parse_object(value, "kind")
            return None
        case "cap":
            fields = parse_object(value, "kind groups fraction measured_on")
            groups = frozenset(parse_sorted_list(fields["groups"], parse_group))
            if not groups:
                raise MalformedError("a cap is of no group")
            return GroupCap(groups, parse_share(fields["fraction"]), parse_choice(fields["measured_on"], _MEASURES))
        case "fixed_shares":
            fields = parse_object(value, "kind shares silent")
            shares = _unique_dict(
                parse_sorted_list(fields["shares"], lambda item: _parse_pair(item, parse_group, _parse_positive_fraction))
            )
            if sum(shares.values()) != 1:
                raise MalformedError("fixed shares do not sum to 1")
            return FixedShares(shares, parse_choice(fields["silent"], ("forfeit", "redistribute")) == "redistribute")
        case "each_class":
            fields = parse_object(value, "kind threshold silent_blocks")
            return EachClassThreshold(_parse_threshold(fields["threshold"]), parse_boolean(fields["silent_blocks"]))
        case _:
            raise MalformedError("the kind of its class rule is not known")


def _parse_threshold(value: Json) -> Threshold:
    fields = parse_object(value, "fraction strict of")
    threshold = Threshold(
        parse_share(fields["fraction"]),
        parse_boolean(fields["strict"]),
        parse_choice(fields["of"], _MEASURES),
    )
    if not threshold.fraction or (threshold.strict and threshold.fraction == 1):
        raise MalformedError("a threshold is reached by nobody's vote, or by nobody")
    return threshold


def _parse_quorum(value: Json) -> Quorum:
    fields = parse_object(value, "fraction count")
    return Quorum(parse_share(fields["fraction"]), parse_integer(fields["count"]))


def _parse_positive_fraction(value: Json) -> Fraction:
    fraction = parse_fraction(value)
    if not fraction:
        raise MalformedError("a share or weight is 0")
    return fraction


def _parse_pair(value: Json, parse_name: Callable[[Json], str], parse_value: Callable[[Json], T]) -> tuple[str, T]:
    first, second = parse_list_of(value, 2)
    return parse_name(first), parse_value(second)


def _unique_dict(pairs: list[tuple[str, T]]) -> dict[str, T]:
    by_name = dict(pairs)
    if len(by_name) != len(pairs):
        raise MalformedError("something is given twice")
    return by_name
