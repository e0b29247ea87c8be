"""Checks 13 to 15: from the ballots below the cuts to the outcome bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from scripts.verifier import federated_decision, vote_rule
from scripts.verifier.boards import Board
from scripts.verifier.canonical_json import Json, NotCanonicalJsonError, decode, encode
from scripts.verifier.counting import CountResult, GroupTally
from scripts.verifier.entries import Choice
from scripts.verifier.errors import CheckFailedError
from scripts.verifier.federated_decision import FederatedDecision
from scripts.verifier.json_values import (
    MalformedError,
    parse_choice,
    parse_hash,
    parse_integer,
    parse_list_of,
    parse_object,
    parse_sorted_list,
)
from scripts.verifier.terms import VoteTerms

_NAMES = "v vote rule revision result reasons boards tallies figures quorums rejected"


@dataclass(frozen=True)
class VoteCount:
    """The complete count: tallies by co-op and group, the decision, and the outcome bytes."""

    bodies: Mapping[str, Mapping[str, GroupTally]]
    decision: FederatedDecision
    data: bytes
    rejected: int


def read_outcome(data: bytes) -> dict[str, Json]:
    """Parses the outcome as deeply as the report and the comparison need. Raises `CheckFailedError` 2."""
    try:
        fields = parse_object(decode(data), _NAMES)
        parse_integer(fields["v"], 1, 1)
        parse_hash(fields["vote"])
        parse_integer(fields["revision"], 1)
        parse_choice(fields["rule"], (vote_rule.VERSION,))
        result = parse_object(fields["result"], "passes winner tie co_ops")
        for name in ("reasons", "boards", "tallies", "figures", "quorums", "rejected"):
            parse_sorted_list(fields[name], lambda item: item)
        parse_sorted_list(result["co_ops"], lambda item: parse_list_of(item, 3))
    except (MalformedError, NotCanonicalJsonError) as error:
        raise CheckFailedError(2, f"the outcome is not as it must be: {error}") from None
    return fields


def counted_ballots(board: Board, cut: int) -> dict[str, tuple[int, Choice]]:
    """By pseudonym: index and choice of the last ballot below the cut that is without code and not withdrawn."""
    last: dict[str, tuple[int, Choice | None]] = {}
    for index, ballot in board.cast:
        if index >= cut:
            break
        last[ballot.pseudonym] = index, ballot.choice
    return {pseudonym: (index, choice) for pseudonym, (index, choice) in last.items() if choice is not None}


def count_vote(terms: VoteTerms, boards: Mapping[str, Board], cuts: Mapping[str, int], revision: int) -> VoteCount:
    """Counts the vote again. `cuts` has every participant."""
    bodies = {co_op: _tally_groups(terms, boards[co_op], cuts[co_op]) for co_op in terms.participants}
    decision = federated_decision.decide(bodies, terms.options, terms.rule)
    sizes = {co_op: boards[co_op].counted_size(cuts[co_op]) for co_op in terms.participants}
    rejected: list[Json] = [
        [co_op, ignored.at, ignored.code] for co_op in terms.participants for ignored in boards[co_op].ignored if ignored.at < sizes[co_op]
    ]
    value: Json = {
        "v": 1,
        "vote": terms.vote,
        "rule": vote_rule.VERSION,
        "revision": revision,
        "result": {
            "passes": decision.passes,
            "winner": decision.winner,
            "tie": decision.tie,
            "co_ops": _sorted([[co_op, stance.word, stance.choice] for co_op, stance in decision.stances.items()]),
        },
        "reasons": _sorted([[code, _sorted(list(about))] for code, about in decision.reasons]),
        "boards": _sorted([[co_op, size, boards[co_op].tree.root(size)] for co_op, size in sizes.items()]),
        "tallies": _sorted(_tallies(bodies)),
        "figures": _sorted(_figures(decision)),
        "quorums": _sorted(
            [[co_op, name, group.rows, group.voters] for co_op, body in bodies.items() for name, group in body.items() if group.rows]
        ),
        "rejected": _sorted(rejected),
    }
    return VoteCount(bodies, decision, encode(value), len(rejected))


def check_outcome(outcome_fields: dict[str, Json], data: bytes, counted: VoteCount) -> None:
    """Compares the outcome with our own count. Raises `CheckFailedError` 15."""
    if data == counted.data:
        return
    expected = decode(counted.data)
    differing = [name for name in _NAMES.split() if isinstance(expected, dict) and expected[name] != outcome_fields[name]]
    raise CheckFailedError(15, f"the outcome is not what the ballots give; these parts of it differ: {', '.join(differing)}")


def _tally_groups(terms: VoteTerms, board: Board, cut: int) -> dict[str, GroupTally]:
    body = {name: GroupTally() for name in sorted(terms.groups - terms.rule.excluded)}
    for row in board.rows.values():
        body[row.group].rows += 1
    for pseudonym, (_, choice) in counted_ballots(board, cut).items():
        _tally_choice(body[board.rows[pseudonym].group], choice)
    return body


def _tally_choice(group: GroupTally, choice: Choice) -> None:
    group.voters += 1
    if choice == vote_rule.ABSTAIN:
        group.abstained += 1
    elif isinstance(choice, dict):
        group.tally.update(choice)
    else:
        group.tally.update([choice] if isinstance(choice, str) else choice)


def _tallies(bodies: Mapping[str, Mapping[str, GroupTally]]) -> list[Json]:
    rows: list[Json] = []
    for co_op, body in bodies.items():
        for name, group in body.items():
            rows += [[co_op, name, option, number] for option, number in group.tally.items() if number]
            if group.abstained:
                rows.append([co_op, name, vote_rule.ABSTAIN, group.abstained])
    return rows


def _figures(decision: FederatedDecision) -> list[Json]:
    figures: list[tuple[str, Fraction | None]] = []
    if decision.members is not None:
        figures += _result_figures("members", decision.members)
    for co_op, result in decision.co_ops.items():
        figures += _result_figures(co_op, result)
    figures.append(("co_ops/share", decision.share))
    return [[name, format_fraction(fraction)] for name, fraction in figures if fraction is not None]


def _result_figures(name: str, result: CountResult) -> list[tuple[str, Fraction | None]]:
    return [
        (f"{name}/share_for", result.share),
        (f"{name}/whole", result.whole),
        (f"{name}/turnout", result.turnout),
        *((f"{name}/total/{option}", total) for option, total in result.totals.items()),
        *((f"{name}/ballot/{group}", weight) for group, weight in result.ballots.items()),
    ]


def format_fraction(fraction: Fraction) -> str:
    return f"{fraction.numerator}/{fraction.denominator}"


def _sorted(items: list[Json]) -> list[Json]:
    by_bytes = {encode(item): item for item in items}
    return [by_bytes[key] for key in sorted(by_bytes)]
