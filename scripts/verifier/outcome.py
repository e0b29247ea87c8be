"""Checks 13 to 15: from the ballots below the cuts to the outcome bytes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from scripts.verifier import federated_decision, vote_rule
from scripts.verifier.board import REJECTION_CODES, Board
from scripts.verifier.bundle_archive import Part
from scripts.verifier.canonical_json import Json, NotCanonicalJsonError, decode, encode
from scripts.verifier.counting import CountResult, GroupTally
from scripts.verifier.entries import Choice
from scripts.verifier.errors import CheckFailedError
from scripts.verifier.federated_decision import FederatedDecision
from scripts.verifier.json_scanner import JsonScanner
from scripts.verifier.json_values import (
    MalformedError,
    parse_boolean,
    parse_choice,
    parse_co_op_id,
    parse_group,
    parse_hash,
    parse_integer,
    parse_matching,
    parse_sorted_list,
)
from scripts.verifier.terms import Terms

_STANCES = (federated_decision.AGREES, federated_decision.DOES_NOT_AGREE, federated_decision.LEFT_OUT, federated_decision.BLOCKS)
_LONG_FRACTION = re.compile(r"(0|[1-9][0-9]*)/[1-9][0-9]*")
_MAX_COMPARED_BYTES = 1024 * 1024
_NAMES = "v vote rule revision result reasons boards tallies figures quorums rejected"


_MAX_REASONS = 16


@dataclass(frozen=True)
class Outcome:
    """The form of an outcome is checked; of its content only the revision is kept, for the rest must be what is counted."""

    revision: int
    content: Part

    def is_exactly(self, data: bytes) -> bool:
        if len(data) != self.content.size:
            return False
        offset = 0
        for piece in self.content.pieces():
            if data[offset : offset + len(piece)] != piece:
                return False
            offset += len(piece)
        return True


@dataclass(frozen=True)
class VoteCount:
    """The complete count: tallies by co-op and group, the decision, and the outcome bytes."""

    bodies: Mapping[str, Mapping[str, GroupTally]]
    decision: FederatedDecision
    data: bytes
    rejected: int


def read_outcome(content: Part, terms: Terms, entries: int) -> Outcome:
    """Checks the form of every part of the outcome. `entries` is how many the boards have together. Raises `CheckFailedError` 2.

    An outcome can be 64 MiB. It is read item by item, none is kept, and none is read beyond what this vote can have.
    """
    co_ops, groups, options = len(terms.participants), len(terms.groups), len(terms.options)
    try:
        scanner = JsonScanner(content.read())
        scanner.expect('{"boards":')
        scanner.skip_list(co_ops, parse_co_op_id, parse_integer, parse_hash)
        scanner.expect(',"figures":')
        scanner.skip_list((co_ops + 1) * (options + groups + 3) + 1, _parse_string, _parse_long_fraction)
        scanner.expect(',"quorums":')
        scanner.skip_list(co_ops * groups, parse_co_op_id, parse_group, parse_integer, parse_integer)
        scanner.expect(',"reasons":')
        scanner.skip_list(_MAX_REASONS, _parse_string, lambda about: parse_sorted_list(about, _parse_string))
        scanner.expect(',"rejected":')
        scanner.skip_list(entries, parse_co_op_id, parse_integer, _parse_code)
        scanner.expect(',"result":{"co_ops":')
        scanner.skip_list(co_ops, parse_co_op_id, _parse_stance, _parse_string)
        scanner.expect(',"passes":')
        parse_boolean(scanner.read_value())
        scanner.expect(',"tie":')
        parse_boolean(scanner.read_value())
        scanner.expect(',"winner":')
        _parse_string(scanner.read_value())
        scanner.expect('},"revision":')
        revision = parse_integer(scanner.read_value(), 1)
        scanner.expect(f',"rule":"{vote_rule.VERSION}","tallies":')
        scanner.skip_list(
            co_ops * groups * (options + 1), parse_co_op_id, parse_group, _parse_string, lambda number: parse_integer(number, 1)
        )
        scanner.expect(',"v":1,"vote":')
        parse_hash(scanner.read_value())
        scanner.expect_end("}")
    except (MalformedError, NotCanonicalJsonError) as error:
        raise CheckFailedError(2, f"the outcome is not as it must be: {error}") from None
    return Outcome(revision, content)


def _parse_string(value: Json) -> str:
    if not isinstance(value, str):
        raise MalformedError("it has no string where one must be")
    return value


def _parse_stance(value: Json) -> str:
    return parse_choice(value, _STANCES)


def _parse_code(value: Json) -> str:
    return parse_choice(value, REJECTION_CODES)


def _parse_long_fraction(value: Json) -> str:
    """A fraction of any length: it must be the counted one, to the byte, so that nobody calculates with it."""
    return parse_matching(value, _LONG_FRACTION, "fraction")


def counted_ballot(board: Board, pseudonym: str) -> tuple[int, Choice] | None:
    """Index and choice of what counts for a row."""
    last = board.rows.last_ballot(pseudonym)
    return (last[0], last[1]) if last is not None and last[1] is not None else None


def count_vote(terms: Terms, boards: Mapping[str, Board], bodies: Mapping[str, Mapping[str, GroupTally]], revision: int) -> VoteCount:
    """Counts the vote again. `bodies` has every participant."""
    decision = federated_decision.decide(bodies, terms.options, terms.rule)
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
        "boards": _sorted(
            [[co_op, boards[co_op].counted_size, boards[co_op].roots[boards[co_op].counted_size]] for co_op in terms.participants]
        ),
        "tallies": _sorted(_tallies(bodies)),
        "figures": _sorted(_figures(decision)),
        "quorums": _sorted(
            [[co_op, name, group.rows, group.voters] for co_op, body in bodies.items() for name, group in body.items() if group.rows]
        ),
        "rejected": [],
    }
    rejected = [line for co_op in sorted(terms.participants, key=lambda co_op: f'{co_op}"') for line in _rejected_entries(boards[co_op])]
    # They can be millions, and are never a list of Python's.
    front, _, back = encode(value).partition(b'"rejected":[')
    data = b"".join([front, b'"rejected":[', b",".join(rejected), back])
    return VoteCount(bodies, decision, data, len(rejected))


def _rejected_entries(board: Board) -> list[bytes]:
    """The JSON bytes of every ignored entry below the counted size, sorted."""
    end, name = board.counted_size, board.owner.id
    return sorted(f'["{name}",{entry.at},"{entry.code}"]'.encode() for entry in board.ignored if entry.at < end)


def check_outcome(outcome: Outcome, counted: VoteCount) -> None:
    """Compares the outcome with our own count. Raises `CheckFailedError` 15."""
    if outcome.is_exactly(counted.data):
        return
    differing = _differing_parts(outcome.content.read(), counted.data)
    raise CheckFailedError(15, f"the outcome is not what the ballots give; these parts of it differ: {', '.join(differing)}")


def _differing_parts(data: bytes, counted: bytes) -> list[str]:
    """The keys whose values differ. Only short outcomes are compared key by key."""
    if max(len(data), len(counted)) > _MAX_COMPARED_BYTES:
        return ["some"]
    found, expected = decode(data), decode(counted)
    return [name for name in _NAMES.split() if isinstance(found, dict) and isinstance(expected, dict) and found[name] != expected[name]]


def tally_groups(terms: Terms, board: Board) -> dict[str, GroupTally]:
    """What counts on a board, by group. Every group that is not excluded is there."""
    body = {name: GroupTally() for name in sorted(terms.groups - terms.rule.excluded)}
    for name, rows in board.groups.items():
        body[name].rows += rows
    for group, choice, ballots in board.rows.count():
        _tally_choice(body[board.group_names[group]], choice, ballots)
    return body


def _tally_choice(group: GroupTally, choice: Choice, ballots: int) -> None:
    group.voters += ballots
    if choice == vote_rule.ABSTAIN:
        group.abstained += ballots
    elif isinstance(choice, dict):
        group.tally.update({option: points * ballots for option, points in choice.items()})
    else:
        group.tally.update(dict.fromkeys([choice] if isinstance(choice, str) else choice, ballots))


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
