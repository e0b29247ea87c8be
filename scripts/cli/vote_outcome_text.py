"""Formats the outcome of a federated vote: a sentence, the share it was measured on, and a table by co-op and group."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from libs.boards.vote_terms import ABSTAIN, VoteTerms
from libs.rulebook.counting import ClassCap
from libs.rulebook.fraction_text import format_exact_percent
from libs.signing import canonical
from libs.signing.canonical import Json
from scripts.cli.result_text import MEASURED_OF, format_decimal, truncated_percent

_WHY = {
    "quorum": "too few took part",
    "class_quorum": "too few took part in {about}",
    "class_threshold": "{about} was not for it by itself",
    "threshold": "the share for it was not enough",
    "co_op_threshold": "too few co-ops agreed",
    "tie": "it was a tie, and a tie does not pass",
    "nothing_cast": "nothing was cast that has weight",
}


def vote_outcome_lines(outcome: bytes, terms: VoteTerms, names: Mapping[str, str] | None = None) -> Iterator[str]:
    """Yields the lines to print. `names` maps co-op ids to names; without a name, the id is shown."""
    document = _object(canonical.decode(outcome))
    result = _object(document["result"])
    figures = {str(name): Fraction(str(value)) for name, value in _rows(document["figures"])}
    names = dict(names or {})
    winner = "" if terms.rule.method in ("yes_no_abstain", "consent") or not result["winner"] else f": {result['winner']}"
    yield f"{terms.question} {'It passed' if result['passes'] else 'It did not pass'}{winner}."
    yield from _measured_lines(terms, figures)
    yield from _reason_lines(document)
    quorums = [(str(co_op), str(group), _int(rows), _int(ballots)) for co_op, group, rows, ballots in _rows(document["quorums"])]
    yield f"  {sum(ballots for *_, ballots in quorums)} of {sum(rows for *_, rows, _ in quorums)} who may vote took part."
    yield from _cap_lines(terms, figures, quorums)
    yield ""
    yield from _table_lines(terms, document, quorums, figures, names)


def _measured_lines(terms: VoteTerms, figures: Mapping[str, Fraction]) -> Iterator[str]:
    threshold = terms.rule.counting.threshold
    share = figures.get("members/share_for")
    least = "more than" if threshold.strict else "at least"
    needed = f"{least} {format_exact_percent(threshold.fraction)} of {MEASURED_OF[threshold.of]} was needed"
    if share is not None:
        yield f"  {truncated_percent(share)} of {MEASURED_OF[threshold.of]} was for it; {needed}."
    if "co_ops/share" in figures:
        yield f"  {truncated_percent(figures['co_ops/share'])} of the co-ops were for it."


def _reason_lines(document: Mapping[str, Json]) -> Iterator[str]:
    for code, subjects in _rows(document["reasons"]):
        listed = ", ".join(map(str, subjects)) if isinstance(subjects, list) else ""
        sentence = _WHY.get(str(code).lower(), str(code).replace("_", " ").lower())
        yield f"  Why not: {sentence.format(about=listed)}."


def _cap_lines(terms: VoteTerms, figures: Mapping[str, Fraction], quorums: list[tuple[str, str, int, int]]) -> Iterator[str]:
    rule = terms.rule.counting.class_rule
    if not isinstance(rule, ClassCap):
        return
    for group in rule.classes:
        weight = figures.get(f"members/ballot/{group}", Fraction(1))
        ballots = sum(count for _, name, _, count in quorums if name == group)
        if weight < 1 and ballots:
            most = f"{format_exact_percent(rule.fraction)} of the votes {rule.measured_on.value}"
            yield f"  The group {group} weighs at most {most}, so that each of its {ballots} ballots weighs {format_decimal(str(weight))}."


def _table_lines(
    terms: VoteTerms,
    document: Mapping[str, Json],
    quorums: list[tuple[str, str, int, int]],
    figures: Mapping[str, Fraction],
    names: Mapping[str, str],
) -> Iterator[str]:
    options = [*(option for option in terms.options if option != ABSTAIN), *([ABSTAIN] if ABSTAIN in terms.options else [])]
    tallies = {(str(co_op), str(group), str(option)): _int(count) for co_op, group, option, count in _rows(document["tallies"])}
    widths = [max(len(option), 7) + 2 for option in options]
    heads = "".join(f"{option:>{width}}" for option, width in zip(options, widths, strict=True))
    yield f"  {'':<38}{'may vote':>9}{'voted':>7}{heads}{'one ballot weighs':>19}"
    for co_op, group, rows, ballots in quorums:
        counts = "".join(f"{tallies.get((co_op, group, option), 0):>{width}}" for option, width in zip(options, widths, strict=True))
        weight = figures.get(f"members/ballot/{group}", figures.get(f"{co_op}/ballot/{group}", Fraction(1)))
        yield f"  {f'{names.get(co_op, co_op)}, {group}':<38}{rows:>9}{ballots:>7}{counts}{format_decimal(str(weight)):>19}"


def _object(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _rows(value: Json) -> list[list[Json]]:
    return [row for row in value if isinstance(row, list)] if isinstance(value, list) else []


def _int(value: Json) -> int:
    return value if isinstance(value, int) else 0
