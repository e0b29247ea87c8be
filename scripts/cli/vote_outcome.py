"""The outcome of a vote between co-ops in words: a sentence, what it was measured on, and a table by co-op and group."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from libs.boards.terms import ABSTAIN, Terms
from libs.rulebook.counting import Cap
from libs.rulebook.exact import percent
from libs.signing import canonical
from libs.signing.canonical import Json
from scripts.cli.result_words import MEASURED_OF, cut, number

_WHY = {
    "quorum": "too few took part",
    "class_quorum": "too few took part in {about}",
    "class_threshold": "{about} was not for it by itself",
    "threshold": "the share for it was not enough",
    "co_op_threshold": "too few co-ops agreed",
    "tie": "it was a tie, and a tie does not pass",
    "nothing_cast": "nothing was cast that has weight",
}


def in_words(outcome: bytes, terms: Terms, names: Mapping[str, str] | None = None) -> Iterator[str]:
    """Lines to print. `names` of co-ops by id; the id is shown for one that has none."""
    said = _object(canonical.decode(outcome))
    result = _object(said["result"])
    figures = {str(name): Fraction(str(value)) for name, value in _rows(said["figures"])}
    names = dict(names or {})
    winner = "" if terms.rule.method in ("yes_no_abstain", "consent") or not result["winner"] else f": {result['winner']}"
    yield f"{terms.question} {'It passed' if result['passes'] else 'It did not pass'}{winner}."
    yield from _measured(terms, figures)
    yield from _why(said)
    quorums = [(str(co_op), str(group), _int(rows), _int(ballots)) for co_op, group, rows, ballots in _rows(said["quorums"])]
    yield f"  {sum(ballots for *_, ballots in quorums)} of {sum(rows for *_, rows, _ in quorums)} who may vote took part."
    yield from _cap(terms, figures, quorums)
    yield ""
    yield from _table(terms, said, quorums, figures, names)


def _measured(terms: Terms, figures: Mapping[str, Fraction]) -> Iterator[str]:
    threshold = terms.rule.counting.threshold
    share = figures.get("members/share_for")
    needed = f"{'more than' if threshold.strict else 'at least'} {percent(threshold.fraction)} of {MEASURED_OF[threshold.of]} was needed"
    if share is not None:
        yield f"  {cut(share)} of {MEASURED_OF[threshold.of]} was for it; {needed}."
    if "co_ops/share" in figures:
        yield f"  {cut(figures['co_ops/share'])} of the co-ops were for it."


def _why(said: Mapping[str, Json]) -> Iterator[str]:
    for code, about in _rows(said["reasons"]):
        listed = ", ".join(map(str, about)) if isinstance(about, list) else ""
        sentence = _WHY.get(str(code).lower(), str(code).replace("_", " ").lower())
        yield f"  Why not: {sentence.format(about=listed)}."


def _cap(terms: Terms, figures: Mapping[str, Fraction], quorums: list[tuple[str, str, int, int]]) -> Iterator[str]:
    rule = terms.rule.counting.class_rule
    if not isinstance(rule, Cap):
        return
    for group in rule.classes:
        weight = figures.get(f"members/ballot/{group}", Fraction(1))
        ballots = sum(one for _, name, _, one in quorums if name == group)
        if weight < 1 and ballots:
            most = f"{percent(rule.fraction)} of the votes {rule.measured_on.value}"
            yield f"  The group {group} weighs at most {most}, so that each of its {ballots} ballots weighs {number(str(weight))}."


def _table(
    terms: Terms,
    said: Mapping[str, Json],
    quorums: list[tuple[str, str, int, int]],
    figures: Mapping[str, Fraction],
    names: Mapping[str, str],
) -> Iterator[str]:
    options = [*(one for one in terms.options if one != ABSTAIN), *([ABSTAIN] if ABSTAIN in terms.options else [])]
    tallies = {(str(co_op), str(group), str(option)): _int(count) for co_op, group, option, count in _rows(said["tallies"])}
    widths = [max(len(one), 7) + 2 for one in options]
    heads = "".join(f"{one:>{width}}" for one, width in zip(options, widths, strict=True))
    yield f"  {'':<38}{'may vote':>9}{'voted':>7}{heads}{'one ballot weighs':>19}"
    for co_op, group, rows, ballots in quorums:
        counts = "".join(f"{tallies.get((co_op, group, one), 0):>{width}}" for one, width in zip(options, widths, strict=True))
        weight = figures.get(f"members/ballot/{group}", figures.get(f"{co_op}/ballot/{group}", Fraction(1)))
        yield f"  {f'{names.get(co_op, co_op)}, {group}':<38}{rows:>9}{ballots:>7}{counts}{number(str(weight)):>19}"


def _object(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _rows(value: Json) -> list[list[Json]]:
    return [one for one in value if isinstance(one, list)] if isinstance(value, list) else []


def _int(value: Json) -> int:
    return value if isinstance(value, int) else 0
