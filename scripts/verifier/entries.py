"""The entries of a board. Readers raise MalformedError where an entry is not well-formed for its kind (code BAD_FORM)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from scripts.verifier import signatures
from scripts.verifier.canonical_json import Json
from scripts.verifier.json_values import (
    DATE,
    PSEUDONYM,
    REFERENCE,
    MalformedError,
    parse_choice,
    parse_co_op_id,
    parse_group,
    parse_hash,
    parse_integer,
    parse_list_of,
    parse_matching,
    parse_object,
    parse_sorted_list,
)

Choice: TypeAlias = str | list[str] | dict[str, int]


@dataclass(frozen=True)
class Join:
    vote: str
    id: str
    signed: signatures.SignedObject


@dataclass(frozen=True)
class RollRow:
    pseudonym: str
    group: str
    commitment: str


@dataclass(frozen=True)
class Roll:
    groups: Mapping[str, int]


@dataclass(frozen=True)
class Ready:
    """`rolls` is [id, size, root] of every participant, up to and including its roll."""

    rolls: tuple[tuple[str, int, str], ...]


@dataclass(frozen=True)
class Open:
    ready: tuple[tuple[str, str], ...]


class Ballot(NamedTuple):
    """`choice` is None for a ballot that withdraws."""

    pseudonym: str
    choice: "Choice | None"


@dataclass(frozen=True)
class Closed:
    """By board: size, root and date of the last head that was cosigned in time."""

    boards: Mapping[str, tuple[int, str, int]]


@dataclass(frozen=True)
class Outcome:
    vote: str
    id: str
    revision: int
    hash: str
    signed: signatures.SignedObject


@dataclass(frozen=True)
class Notice:
    """`hash` is that of what it is about."""

    about: str
    hash: str


Entry = Join | RollRow | Roll | Ready | Open | Ballot | Closed | Outcome | Notice


def read_entry(value: Json) -> Entry:
    kind = value.get("kind") if isinstance(value, dict) else None
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise MalformedError("it is of no kind that is known")
    return reader(value)


def is_ballot(value: Json) -> bool:
    """Whether its kind is ballot, whatever else is wrong with it."""
    return isinstance(value, dict) and value.get("kind") == "ballot"


def _parse_ballot(value: Json) -> Ballot:
    fields = parse_object(value, "kind pseudonym", optional="choice withdrawn")
    pseudonym = parse_matching(fields["pseudonym"], PSEUDONYM, "pseudonym")
    if len(fields) != 3:
        raise MalformedError("a ballot has either a choice or is withdrawn")
    if "withdrawn" in fields:
        if fields["withdrawn"] is not True:
            raise MalformedError("withdrawn can only be true")
        return Ballot(pseudonym, None)
    return Ballot(pseudonym, _parse_choice(fields["choice"]))


def _parse_choice(value: Json) -> Choice:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return [_parse_string(option) for option in value]
    if isinstance(value, dict):
        return {name: parse_integer(points) for name, points in value.items()}
    raise MalformedError("a choice is no string, list of strings or object of integers")


def _parse_string(value: Json) -> str:
    if not isinstance(value, str):
        raise MalformedError("a choice is no string, list of strings or object of integers")
    return value


def _parse_row(value: Json) -> RollRow:
    fields = parse_object(value, "kind pseudonym group commitment")
    pseudonym = parse_matching(fields["pseudonym"], PSEUDONYM, "pseudonym")
    return RollRow(pseudonym, parse_group(fields["group"]), parse_hash(fields["commitment"]))


def _parse_join(value: Json) -> Join:
    signed = _parse_signed(value, "join", "vote id body date reference")
    parse_choice(signed.body["body"], ("general_meeting", "board", "circle"))
    parse_matching(signed.body["date"], DATE, "date")
    parse_matching(signed.body["reference"], REFERENCE, "reference")
    return Join(parse_hash(signed.body["vote"]), parse_co_op_id(signed.body["id"]), signed)


def _parse_roll(value: Json) -> Roll:
    pairs = parse_sorted_list(parse_object(value, "kind groups")["groups"], lambda item: parse_list_of(item, 2))
    groups = {parse_group(name): parse_integer(rows, 1) for name, rows in pairs}
    if len(groups) != len(pairs):
        raise MalformedError("a group stands twice in the roll")
    return Roll(groups)


def _parse_ready(value: Json) -> Ready:
    triples = parse_sorted_list(parse_object(value, "kind rolls")["rolls"], lambda item: parse_list_of(item, 3))
    return Ready(tuple((parse_co_op_id(item), parse_integer(size), parse_hash(root)) for item, size, root in triples))


def _parse_open(value: Json) -> Open:
    pairs = parse_sorted_list(parse_object(value, "kind ready")["ready"], lambda item: parse_list_of(item, 2))
    return Open(tuple((parse_co_op_id(item), parse_hash(leaf)) for item, leaf in pairs))


def _parse_closed(value: Json) -> Closed:
    fours = parse_sorted_list(parse_object(value, "kind boards")["boards"], lambda item: parse_list_of(item, 4))
    boards = {parse_co_op_id(item): (parse_integer(size), parse_hash(root), parse_integer(date)) for item, size, root, date in fours}
    if len(boards) != len(fours):
        raise MalformedError("a board stands twice in it")
    return Closed(boards)


def _parse_outcome(value: Json) -> Outcome:
    signed = _parse_signed(value, "outcome", "vote id revision hash")
    vote, owner = parse_hash(signed.body["vote"]), parse_co_op_id(signed.body["id"])
    return Outcome(vote, owner, parse_integer(signed.body["revision"], 1), parse_hash(signed.body["hash"]), signed)


def _parse_notice(value: Json) -> Notice:
    fields = parse_object(value, "kind about hash", optional="rows scrutineers")
    about = parse_choice(fields["about"], ("withdraw", "objection", "suspend", "restored", "evidence", "scrutiny"))
    named = parse_hash(fields["hash"])
    if about == "scrutiny":
        parse_integer(parse_object(value, "kind about hash rows scrutineers")["rows"])
        parse_integer(fields["scrutineers"])
    elif len(fields) != 3:
        raise MalformedError("only a notice of scrutiny has rows and scrutineers")
    return Notice(about, named)


def _parse_signed(value: Json, kind: str, names: str) -> signatures.SignedObject:
    fields = parse_object(value, "kind body sig")
    return signatures.read_signed_object({"body": fields["body"], "sig": fields["sig"]}, kind, names)


_READERS: dict[str, Callable[[Json], Entry]] = {
    "ballot": _parse_ballot,
    "row": _parse_row,
    "join": _parse_join,
    "roll": _parse_roll,
    "ready": _parse_ready,
    "open": _parse_open,
    "closed": _parse_closed,
    "outcome": _parse_outcome,
    "notice": _parse_notice,
}
