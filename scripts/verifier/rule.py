"""The rule of a vote, as docs/formats/federated-vote.md writes it and docs/formats/count.md means it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from scripts.verifier import shapes
from scripts.verifier.canonical import Json
from scripts.verifier.shapes import MalformedError

T = TypeVar("T")
VERSION = "kith-count/1"
ABSTAIN = "abstain"
# Of these two methods the first option is for and the second against.
MOTIONS = {"yes_no_abstain": ["for", "against", ABSTAIN], "consent": ["consent", "object", ABSTAIN]}
_METHODS = (*MOTIONS, "plurality", "approval", "score")
_BASES = ("pooled", "one_co_op_one_vote", "double_majority", "all_co_ops", "fixed_weights")
_OF = ("cast", "present", "eligible")


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
class Cap:
    groups: frozenset[str]
    fraction: Fraction
    measured_on: str


@dataclass(frozen=True)
class FixedShares:
    shares: Mapping[str, Fraction]
    redistribute: bool


@dataclass(frozen=True)
class EachClass:
    threshold: Threshold
    silent_blocks: bool


ClassRule = Cap | FixedShares | EachClass | None


@dataclass(frozen=True)
class Rule:
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
        """Every group that is named in it."""
        named = set(self.excluded) | set(self.class_quorums)
        match self.class_rule:
            case Cap(groups=groups):
                return named | groups
            case FixedShares(shares=shares):
                return named | set(shares)
            case _:
                return named


def read(value: Json) -> Rule:
    """Raises MalformedError; what groups and co-ops there are is looked at with the terms."""
    names = "version method basis threshold class_rule excluded quorum class_quorums co_op_quorums below_quorum"
    there = shapes.fields(value, names, optional="highest_score co_op_threshold co_op_weights")
    shapes.word(there["version"], (VERSION,))
    method, basis = shapes.word(there["method"], _METHODS), shapes.word(there["basis"], _BASES)
    if ("highest_score" in there) != (method == "score") or ("co_op_weights" in there) != (basis == "fixed_weights"):
        raise MalformedError("highest_score goes with score, and co_op_weights with fixed_weights")
    threshold = _threshold(there["threshold"])
    if method == "consent" and threshold != Threshold(Fraction(1), strict=False, of="cast"):
        raise MalformedError("consent has a threshold of its own: all of the votes cast")
    return Rule(
        method=method,
        highest_score=shapes.whole(there.get("highest_score", 1), least=1),
        basis=basis,
        threshold=threshold,
        class_rule=_class_rule(there["class_rule"]),
        excluded=frozenset(shapes.ordered(there["excluded"], shapes.group)),
        quorum=_quorum(there["quorum"]),
        class_quorums=_once(shapes.ordered(there["class_quorums"], lambda one: _pair(one, shapes.group, _quorum))),
        co_op_quorums=_once(shapes.ordered(there["co_op_quorums"], lambda one: _pair(one, shapes.co_op, _quorum))),
        co_op_threshold=_threshold(there["co_op_threshold"]) if "co_op_threshold" in there else threshold,
        co_op_weights=_once(shapes.ordered(there.get("co_op_weights", []), lambda one: _pair(one, shapes.co_op, _positive))),
        below_quorum=shapes.word(there["below_quorum"], ("left_out", "against", "blocks")),
    )


def _class_rule(value: Json) -> ClassRule:
    kind = value.get("kind") if isinstance(value, dict) else None
    match kind:
        case "none":
            shapes.fields(value, "kind")
            return None
        case "cap":
            there = shapes.fields(value, "kind groups fraction measured_on")
            groups = frozenset(shapes.ordered(there["groups"], shapes.group))
            if not groups:
                raise MalformedError("a cap is of no group")
            return Cap(groups, shapes.share(there["fraction"]), shapes.word(there["measured_on"], _OF))
        case "fixed_shares":
            there = shapes.fields(value, "kind shares silent")
            shares = _once(shapes.ordered(there["shares"], lambda one: _pair(one, shapes.group, _positive)))
            if sum(shares.values()) != 1:
                raise MalformedError("fixed shares do not sum to 1")
            return FixedShares(shares, shapes.word(there["silent"], ("forfeit", "redistribute")) == "redistribute")
        case "each_class":
            there = shapes.fields(value, "kind threshold silent_blocks")
            return EachClass(_threshold(there["threshold"]), shapes.flag(there["silent_blocks"]))
        case _:
            raise MalformedError("the kind of its class rule is not known")


def _threshold(value: Json) -> Threshold:
    there = shapes.fields(value, "fraction strict of")
    found = Threshold(shapes.share(there["fraction"]), shapes.flag(there["strict"]), shapes.word(there["of"], _OF))
    if not found.fraction or (found.strict and found.fraction == 1):
        raise MalformedError("a threshold is reached by nobody's vote, or by nobody")
    return found


def _quorum(value: Json) -> Quorum:
    there = shapes.fields(value, "fraction count")
    return Quorum(shapes.share(there["fraction"]), shapes.whole(there["count"]))


def _positive(value: Json) -> Fraction:
    part = shapes.fraction(value)
    if not part:
        raise MalformedError("a share or weight is 0")
    return part


def _pair(value: Json, name: Callable[[Json], str], of: Callable[[Json], T]) -> tuple[str, T]:
    first, second = shapes.parts(value, 2)
    return name(first), of(second)


def _once(pairs: list[tuple[str, T]]) -> dict[str, T]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedError("something is given twice")
    return found
