"""Describes the counting rule of a federated vote before it opens: readers of the terms decide by it whether to take part."""

from collections.abc import Iterator

from libs.boards.vote_terms import VoteTerms
from libs.rulebook.counting import Basis, ClassCap, ClassRule, EachClass, FixedShares, Threshold
from libs.rulebook.fraction_text import format_exact_percent
from scripts.cli.result_text import MEASURED_OF

_BASIS = {
    Basis.POOLED: "all the votes are counted together, as if it were one co-op",
    Basis.ONE_CO_OP_ONE_VOTE: "each co-op counts for itself first, then each co-op has one vote",
    Basis.DOUBLE_MAJORITY: "it passes if the members are for it, and the co-ops are too",
    Basis.ALL_CO_OPS: "it passes only if each co-op for itself is for it",
    Basis.FIXED_WEIGHTS: "each co-op counts for itself first, then each one weighs what is said here",
}


def counting_rule_lines(terms: VoteTerms) -> Iterator[str]:
    """Yields the lines to print; `vote_text.quorum_lines` covers the quorums."""
    rule = terms.rule.counting
    yield f"How it is counted: {_BASIS[rule.basis]} ({rule.basis.value}). It needs {_needed(rule.threshold)}."
    if rule.co_op_threshold is not None:
        yield f"Of the co-ops it needs {_needed(rule.co_op_threshold, 'the co-ops')}."
    if rule.co_op_weights:
        yield f"The co-ops weigh: {', '.join(f'{co_op} {format_exact_percent(weight)}' for co_op, weight in rule.co_op_weights)}."
    yield _class_rule(rule.class_rule)
    for co_op in terms.participants:
        classes = [(name, group) for (owner, name), group in sorted(terms.classes.items()) if owner == co_op]
        listed = ", ".join(name if name == group else f"{name} as {group}" for name, group in classes)
        yield f"Groups of {co_op}: {listed or 'none'}."
    if rule.excluded:
        yield f"These groups have no vote: {', '.join(rule.excluded)}."
    yield f"In a dispute these decide: {terms.settlers}."


def _needed(threshold: Threshold, whole: str = "") -> str:
    least = "more than" if threshold.strict else "at least"
    return f"{least} {format_exact_percent(threshold.fraction)} of {whole or MEASURED_OF[threshold.of]}"


def _class_rule(rule: ClassRule) -> str:
    match rule:
        case ClassCap(groups, fraction, measured_on):
            return f"At most {format_exact_percent(fraction)} of {MEASURED_OF[measured_on]} is the weight of: {', '.join(groups)}."
        case FixedShares(shares, _):
            weights = ", ".join(f"{group} {format_exact_percent(share)}" for group, share in shares)
            return f"Whatever their number, the groups weigh: {weights}."
        case EachClass(threshold, _):
            return f"Each group by itself must give {_needed(threshold)} too."
        case _:
            return "Every ballot weighs the same."
