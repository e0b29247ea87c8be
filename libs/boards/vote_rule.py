"""The counting rule of a federated vote: read from and written to the terms, as a `libs.rulebook.counting.CountingRule`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from libs.boards import document_fields
from libs.boards.document_fields import CO_OP, GROUP, DocumentError, DocumentFields, format_fraction
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
from libs.signing.canonical import Json

VERSION = "kith-count/1"
CONSENT = "consent"
METHODS = (*(method.value for method in Method), CONSENT)
_UNANIMOUS = Threshold(Fraction(1), strict=False)


@dataclass(frozen=True)
class VoteRule:
    """The counting rule in the terms. `method` is the ballots' method; consent is counted as yes and no."""

    method: str
    counting: CountingRule
    co_op_quorums: Mapping[str, Quorum]

    def check(self, groups: Sequence[str], participants: Sequence[str]) -> None:
        """Raises `DocumentError` for groups and co-ops that the terms do not have."""
        rule = self.counting
        named = {*rule.excluded, *(name for name, _ in rule.class_quorums)}
        match rule.class_rule:
            case ClassCap(classes, _, _):
                named.update(classes)
            case FixedShares(shares, _):
                named.update(name for name, _ in shares)
                _check_shares(dict(shares), set(groups) - set(rule.excluded))
            case _:
                pass
        if not named <= set(groups):
            raise DocumentError("rule: it names a group that is not there")
        if set(rule.excluded) >= set(groups):
            raise DocumentError("rule: every group is excluded")
        if not self.co_op_quorums.keys() <= set(participants):
            raise DocumentError("rule: it names a co-op that does not take part")
        weights = dict(rule.co_op_weights)
        if rule.basis is Basis.FIXED_WEIGHTS and (set(weights) != set(participants) or not all(weights.values())):
            raise DocumentError("rule: every participant has a weight, above zero")
        if (rule.method is Method.SCORE) != (rule.highest_score is not None):
            raise DocumentError("rule: highest_score is for score")
        if self.method == CONSENT and rule.threshold != _UNANIMOUS:
            raise DocumentError("rule: under consent one objection is enough")


def _check_shares(shares: Mapping[str, Fraction], asked: set[str]) -> None:
    if sum(shares.values(), Fraction(0)) != 1 or not all(shares.values()):
        raise DocumentError("rule: shares are positive and sum to one")
    if not asked <= shares.keys():
        raise DocumentError("rule: a group has no share")


def read_rule(value: Json) -> VoteRule:
    """Reads a rule from the terms. Raises `DocumentError`."""
    fields = DocumentFields(value, "rule")
    fields.one_of("version", VERSION)
    method = fields.one_of("method", *METHODS)
    counting = CountingRule(
        method=Method.YES_NO_ABSTAIN if method == CONSENT else Method(method),
        class_rule=_read_class_rule(fields.fields("class_rule")),
        threshold=_read_threshold(fields.fields("threshold")),
        basis=Basis(fields.one_of("basis", *Basis)),
        quorum=_read_quorum(fields.take("quorum")),
        class_quorums=tuple(fields.named("class_quorums", lambda value: _read_named_quorum(value, group=True)).items()),
        excluded=fields.list("excluded", lambda value: document_fields.parse_text(value, GROUP, "excluded")),
        highest_score=fields.number("highest_score", 1) if fields.has("highest_score") else None,
        co_op_threshold=_read_threshold(fields.fields("co_op_threshold")) if fields.has("co_op_threshold") else None,
        co_op_weights=tuple(fields.named("co_op_weights", _read_weight).items()) if fields.has("co_op_weights") else (),
        below_quorum=BelowQuorum(fields.one_of("below_quorum", *BelowQuorum)),
    )
    if fields.has("co_op_weights") != (counting.basis is Basis.FIXED_WEIGHTS):
        raise DocumentError("rule: co_op_weights are for fixed_weights")
    co_op_quorums = fields.named("co_op_quorums", lambda value: _read_named_quorum(value, group=False))
    fields.reject_unknown()
    return VoteRule(method, counting, co_op_quorums)


def write_rule(rule: VoteRule) -> dict[str, Json]:
    """The JSON of a rule in the terms."""
    counting = rule.counting
    written: dict[str, Json] = {
        "version": VERSION,
        "method": rule.method,
        "basis": counting.basis.value,
        "threshold": _threshold(counting.threshold),
        "class_rule": _class_rule(counting.class_rule),
        "excluded": document_fields.sort_items(list(counting.excluded)),
        "quorum": _quorum(counting.quorum),
        "class_quorums": document_fields.sort_items([[name, _quorum(quorum)] for name, quorum in counting.class_quorums]),
        "co_op_quorums": document_fields.sort_items([[name, _quorum(quorum)] for name, quorum in rule.co_op_quorums.items()]),
        "below_quorum": counting.below_quorum.value,
    }
    if counting.highest_score is not None:
        written["highest_score"] = counting.highest_score
    if counting.co_op_threshold is not None:
        written["co_op_threshold"] = _threshold(counting.co_op_threshold)
    if counting.co_op_weights:
        written["co_op_weights"] = document_fields.sort_items([[name, format_fraction(weight)] for name, weight in counting.co_op_weights])
    return written


def _read_threshold(fields: DocumentFields) -> Threshold:
    threshold = Threshold(fields.fraction("fraction"), fields.flag("strict"), Denominator(fields.one_of("of", *Denominator)))
    fields.reject_unknown()
    if not 0 < threshold.fraction <= 1 or (threshold.strict and threshold.fraction == 1):
        raise DocumentError("rule: a threshold is above 0, at most 1, and below 1 where it is strict")
    return threshold


def _read_quorum(value: Json) -> Quorum:
    fields = DocumentFields(value, "quorum")
    quorum = Quorum(fields.fraction("fraction"), fields.number("count"))
    fields.reject_unknown()
    if quorum.fraction > 1:
        raise DocumentError("rule: a quorum is above one")
    return quorum


def _read_named_quorum(value: Json, *, group: bool) -> tuple[str, Quorum]:
    name, quorum = document_fields.parse_items(value, 2, "quorum")
    return document_fields.parse_text(name, GROUP if group else CO_OP, "quorum"), _read_quorum(quorum)


def _read_weight(value: Json) -> tuple[str, Fraction]:
    name, weight = document_fields.parse_items(value, 2, "weight")
    return document_fields.parse_text(name, CO_OP, "weight"), document_fields.parse_fraction(weight, "weight")


def _read_share(value: Json) -> tuple[str, Fraction]:
    name, share = document_fields.parse_items(value, 2, "share")
    return document_fields.parse_text(name, GROUP, "share"), document_fields.parse_fraction(share, "share")


def _read_class_rule(fields: DocumentFields) -> ClassRule:
    class_rule: ClassRule
    match fields.one_of("kind", "none", "cap", "fixed_shares", "each_class"):
        case "cap":
            groups = fields.list("groups", lambda value: document_fields.parse_text(value, GROUP, "cap"))
            class_rule = ClassCap(groups, fields.fraction("fraction"), Denominator(fields.one_of("measured_on", *Denominator)))
            if class_rule.fraction > 1 or not groups:
                raise DocumentError("rule: a cap is of some group, and at most one")
        case "fixed_shares":
            class_rule = FixedShares(tuple(fields.named("shares", _read_share).items()), SilentClass(fields.one_of("silent", *SilentClass)))
        case "each_class":
            class_rule = EachClass(_read_threshold(fields.fields("threshold")), fields.flag("silent_blocks"))
        case _:
            class_rule = OneMemberOneVote()
    fields.reject_unknown()
    return class_rule


def _threshold(threshold: Threshold) -> Json:
    return {"fraction": format_fraction(threshold.fraction), "strict": threshold.strict, "of": threshold.of.value}


def _quorum(quorum: Quorum) -> Json:
    return {"fraction": format_fraction(quorum.fraction), "count": quorum.count}


def _class_rule(rule: ClassRule) -> Json:
    match rule:
        case ClassCap(classes, fraction, measured_on):
            groups = document_fields.sort_items(list(classes))
            return {"kind": "cap", "groups": groups, "fraction": format_fraction(fraction), "measured_on": measured_on.value}
        case FixedShares(shares, silent):
            listed = document_fields.sort_items([[name, format_fraction(share)] for name, share in shares])
            return {"kind": "fixed_shares", "shares": listed, "silent": silent.value}
        case EachClass(threshold, silent_blocks):
            return {"kind": "each_class", "threshold": _threshold(threshold), "silent_blocks": silent_blocks}
        case _:
            return {"kind": "none"}
