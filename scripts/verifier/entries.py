"""The forms of the entries of a board. Raises MalformedError where one has not the form of its kind (code BAD_FORM)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from scripts.verifier import seals, shapes
from scripts.verifier.canonical import Json
from scripts.verifier.shapes import MalformedError

Choice: TypeAlias = "str | list[str] | dict[str, int]"


@dataclass(frozen=True)
class Join:
    vote: str
    id: str
    seal: seals.Signed


@dataclass(frozen=True)
class Row:
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
    """By board: size, root and date of what was last cosigned in time."""

    boards: Mapping[str, tuple[int, str, int]]


@dataclass(frozen=True)
class Outcome:
    vote: str
    id: str
    revision: int
    hash: str
    seal: seals.Signed


@dataclass(frozen=True)
class Notice:
    about: str


Entry = Join | Row | Roll | Ready | Open | Ballot | Closed | Outcome | Notice


def read(value: Json) -> Entry:
    kind = value.get("kind") if isinstance(value, dict) else None
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise MalformedError("it is of no kind that is known")
    return reader(value)


def is_ballot(value: Json) -> bool:
    """Whether it says it is a ballot, whatever else is wrong with it."""
    return isinstance(value, dict) and value.get("kind") == "ballot"


def _ballot(value: Json) -> Ballot:
    there = shapes.fields(value, "kind pseudonym", optional="choice withdrawn")
    pseudonym = shapes.matching(there["pseudonym"], shapes.PSEUDONYM, "pseudonym")
    if len(there) != 3:
        raise MalformedError("a ballot has either a choice or is withdrawn")
    if "withdrawn" in there:
        if there["withdrawn"] is not True:
            raise MalformedError("withdrawn can only be true")
        return Ballot(pseudonym, None)
    return Ballot(pseudonym, _choice(there["choice"]))


def _choice(value: Json) -> Choice:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return [_string(one) for one in value]
    if isinstance(value, dict):
        return {name: shapes.whole(points) for name, points in value.items()}
    raise MalformedError("a choice is no string, list of strings or object of integers")


def _string(value: Json) -> str:
    if not isinstance(value, str):
        raise MalformedError("a choice is no string, list of strings or object of integers")
    return value


def _row(value: Json) -> Row:
    there = shapes.fields(value, "kind pseudonym group commitment")
    pseudonym = shapes.matching(there["pseudonym"], shapes.PSEUDONYM, "pseudonym")
    return Row(pseudonym, shapes.group(there["group"]), shapes.hexed(there["commitment"]))


def _join(value: Json) -> Join:
    seal = _sealed(value, "join", "vote id body date reference")
    shapes.word(seal.body["body"], ("general_meeting", "board", "circle"))
    shapes.matching(seal.body["date"], shapes.DATE, "date")
    shapes.matching(seal.body["reference"], shapes.REFERENCE, "reference")
    return Join(shapes.hexed(seal.body["vote"]), shapes.co_op(seal.body["id"]), seal)


def _roll(value: Json) -> Roll:
    pairs = shapes.ordered(shapes.fields(value, "kind groups")["groups"], lambda one: shapes.parts(one, 2))
    groups = {shapes.group(name): shapes.whole(rows, 1) for name, rows in pairs}
    if len(groups) != len(pairs):
        raise MalformedError("a group stands twice in the roll")
    return Roll(groups)


def _ready(value: Json) -> Ready:
    triples = shapes.ordered(shapes.fields(value, "kind rolls")["rolls"], lambda one: shapes.parts(one, 3))
    return Ready(tuple((shapes.co_op(one), shapes.whole(size), shapes.hexed(root)) for one, size, root in triples))


def _open(value: Json) -> Open:
    pairs = shapes.ordered(shapes.fields(value, "kind ready")["ready"], lambda one: shapes.parts(one, 2))
    return Open(tuple((shapes.co_op(one), shapes.hexed(leaf)) for one, leaf in pairs))


def _closed(value: Json) -> Closed:
    fours = shapes.ordered(shapes.fields(value, "kind boards")["boards"], lambda one: shapes.parts(one, 4))
    boards = {shapes.co_op(one): (shapes.whole(size), shapes.hexed(root), shapes.whole(date)) for one, size, root, date in fours}
    if len(boards) != len(fours):
        raise MalformedError("a board stands twice in it")
    return Closed(boards)


def _outcome(value: Json) -> Outcome:
    seal = _sealed(value, "outcome", "vote id revision hash")
    vote, owner = shapes.hexed(seal.body["vote"]), shapes.co_op(seal.body["id"])
    return Outcome(vote, owner, shapes.whole(seal.body["revision"], 1), shapes.hexed(seal.body["hash"]), seal)


def _notice(value: Json) -> Notice:
    there = shapes.fields(value, "kind about hash", optional="rows scrutineers")
    about = shapes.word(there["about"], ("withdraw", "objection", "suspend", "restored", "evidence", "scrutiny"))
    shapes.hexed(there["hash"])
    if about == "scrutiny":
        shapes.whole(shapes.fields(value, "kind about hash rows scrutineers")["rows"])
        shapes.whole(there["scrutineers"])
    elif len(there) != 3:
        raise MalformedError("only a notice of scrutiny has rows and scrutineers")
    return Notice(about)


def _sealed(value: Json, kind: str, names: str) -> seals.Signed:
    there = shapes.fields(value, "kind body sig")
    return seals.signed({"body": there["body"], "sig": there["sig"]}, kind, names)


_READERS: dict[str, Callable[[Json], Entry]] = {
    "ballot": _ballot,
    "row": _row,
    "join": _join,
    "roll": _roll,
    "ready": _ready,
    "open": _open,
    "closed": _closed,
    "outcome": _outcome,
    "notice": _notice,
}
