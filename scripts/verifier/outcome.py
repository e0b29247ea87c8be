"""Checks 13 to 15: from ballots below the cuts to the outcome bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from scripts.verifier import federation, rule, shapes
from scripts.verifier.boards import Board
from scripts.verifier.canonical import Json, NotJsonBytesError, decode, encode
from scripts.verifier.counting import Group, Result
from scripts.verifier.entries import Choice
from scripts.verifier.federation import Decision
from scripts.verifier.shapes import MalformedError
from scripts.verifier.terms import Terms
from scripts.verifier.wrong import Wrong

_NAMES = "v vote rule revision result reasons boards tallies figures quorums rejected"


@dataclass(frozen=True)
class Count:
    """Everything that was counted: by co-op and group, what it decides, and the outcome bytes it gives."""

    bodies: Mapping[str, Mapping[str, Group]]
    decision: Decision
    data: bytes
    rejected: int


def read(data: bytes) -> dict[str, Json]:
    """The form of the outcome, as deep as the report and the comparison need it. Raises `Wrong` 2."""
    try:
        there = shapes.fields(decode(data), _NAMES)
        shapes.whole(there["v"], 1, 1)
        shapes.hexed(there["vote"])
        shapes.whole(there["revision"], 1)
        shapes.word(there["rule"], (rule.VERSION,))
        result = shapes.fields(there["result"], "passes winner tie co_ops")
        for name in ("reasons", "boards", "tallies", "figures", "quorums", "rejected"):
            shapes.ordered(there[name], lambda one: one)
        shapes.ordered(result["co_ops"], lambda one: shapes.parts(one, 3))
    except (MalformedError, NotJsonBytesError) as why:
        raise Wrong(2, f"the outcome is not as it must be: {why}") from None
    return there


def counted_ballots(board: Board, cut: int) -> dict[str, tuple[int, Choice]]:
    """By pseudonym: index and choice of the last ballot below the cut that is without code and not withdrawn."""
    last: dict[str, tuple[int, Choice | None]] = {}
    for index, ballot in board.cast:
        if index >= cut:
            break
        last[ballot.pseudonym] = index, ballot.choice
    return {pseudonym: (index, choice) for pseudonym, (index, choice) in last.items() if choice is not None}


def count(terms: Terms, boards: Mapping[str, Board], cuts: Mapping[str, int], revision: int) -> Count:
    """Counts anew. `cuts` has every participant."""
    bodies = {one: _body(terms, boards[one], cuts[one]) for one in terms.participants}
    decision = federation.decide(bodies, terms.options, terms.rule)
    sizes = {one: boards[one].counted_size(cuts[one]) for one in terms.participants}
    rejected: list[Json] = [
        [one, ignored.at, ignored.code] for one in terms.participants for ignored in boards[one].ignored if ignored.at < sizes[one]
    ]
    value: Json = {
        "v": 1,
        "vote": terms.vote,
        "rule": rule.VERSION,
        "revision": revision,
        "result": {
            "passes": decision.passes,
            "winner": decision.winner,
            "tie": decision.tie,
            "co_ops": _sorted([[one, stance.word, stance.choice] for one, stance in decision.stances.items()]),
        },
        "reasons": _sorted([[code, _sorted(list(about))] for code, about in decision.reasons]),
        "boards": _sorted([[one, size, boards[one].tree.root(size)] for one, size in sizes.items()]),
        "tallies": _sorted(_tallies(bodies)),
        "figures": _sorted(_figures(decision)),
        "quorums": _sorted(
            [[one, name, group.rows, group.voters] for one, body in bodies.items() for name, group in body.items() if group.rows]
        ),
        "rejected": _sorted(rejected),
    }
    return Count(bodies, decision, encode(value), len(rejected))


def check(there: dict[str, Json], data: bytes, counted: Count) -> None:
    """Whether the bytes are what was counted. Raises `Wrong` 15."""
    if data == counted.data:
        return
    ours = decode(counted.data)
    differing = [name for name in _NAMES.split() if isinstance(ours, dict) and ours[name] != there[name]]
    raise Wrong(15, f"the outcome is not what the ballots give; these parts of it differ: {', '.join(differing)}")


def _body(terms: Terms, board: Board, cut: int) -> dict[str, Group]:
    body = {name: Group() for name in sorted(terms.groups - terms.rule.excluded)}
    for row in board.rows.values():
        body[row.group].rows += 1
    for pseudonym, (_, choice) in counted_ballots(board, cut).items():
        _mark(body[board.rows[pseudonym].group], choice)
    return body


def _mark(group: Group, choice: Choice) -> None:
    group.voters += 1
    if choice == rule.ABSTAIN:
        group.abstained += 1
    elif isinstance(choice, dict):
        group.marks.update(choice)
    else:
        group.marks.update([choice] if isinstance(choice, str) else choice)


def _tallies(bodies: Mapping[str, Mapping[str, Group]]) -> list[Json]:
    found: list[Json] = []
    for one, body in bodies.items():
        for name, group in body.items():
            found += [[one, name, option, number] for option, number in group.marks.items() if number]
            if group.abstained:
                found.append([one, name, rule.ABSTAIN, group.abstained])
    return found


def _figures(decision: Decision) -> list[Json]:
    figures: list[tuple[str, Fraction | None]] = []
    if decision.members is not None:
        figures += _figures_of("members", decision.members)
    for one, result in decision.co_ops.items():
        figures += _figures_of(one, result)
    figures.append(("co_ops/share", decision.share))
    return [[name, in_words(fraction)] for name, fraction in figures if fraction is not None]


def _figures_of(name: str, result: Result) -> list[tuple[str, Fraction | None]]:
    return [
        (f"{name}/share_for", result.share),
        (f"{name}/whole", result.whole),
        (f"{name}/turnout", result.turnout),
        *((f"{name}/total/{option}", total) for option, total in result.totals.items()),
        *((f"{name}/ballot/{group}", weight) for group, weight in result.ballots.items()),
    ]


def in_words(fraction: Fraction) -> str:
    return f"{fraction.numerator}/{fraction.denominator}"


def _sorted(items: list[Json]) -> list[Json]:
    by_bytes = {encode(item): item for item in items}
    return [by_bytes[key] for key in sorted(by_bytes)]
