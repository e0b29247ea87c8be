"""The entries of a board, kind by kind: how each is written, and how its bytes are read.

Reading checks only the form. `libs.boards.board` decides whether an entry is in order on its board.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from libs.boards import document_fields
from libs.boards.document_fields import CO_OP, DATE, GROUP, HEX32, REFERENCE, DocumentError, DocumentFields
from libs.boards.pseudonyms import is_pseudonym
from libs.signing import canonical
from libs.signing.canonical import Json

MAX_ENTRY_BYTES = 8 * 1024
BODIES = ("general_meeting", "board", "circle")
WITHDRAW, OBJECTION, SUSPEND, RESTORED, EVIDENCE, SCRUTINY = "withdraw", "objection", "suspend", "restored", "evidence", "scrutiny"
NOTICES = (WITHDRAW, OBJECTION, SUSPEND, RESTORED, EVIDENCE, SCRUTINY)

Choice = str | tuple[str, ...] | Mapping[str, int]
"""One option; options approved of; points by option."""


@dataclass(frozen=True)
class JoinEntry:
    """This party joins the vote, by a decision of its own."""

    vote: str
    id: str
    body: str
    date: str
    reference: str
    sig: bytes = b""

    def signed(self) -> bytes:
        """The signed JSON bytes, kind `join`."""
        return canonical.encode(self._body())

    def data(self) -> bytes:
        return canonical.encode({"kind": "join", "body": self._body(), "sig": self.sig.hex()})

    def _body(self) -> dict[str, Json]:
        return {"vote": self.vote, "id": self.id, "body": self.body, "date": self.date, "reference": self.reference}


@dataclass(frozen=True)
class RowEntry:
    """A row of the roll: one person may vote, in this group; the commitment hides who it is."""

    pseudonym: str
    group: str
    commitment: bytes

    def data(self) -> bytes:
        row: dict[str, Json] = {"pseudonym": self.pseudonym, "group": self.group, "commitment": self.commitment.hex()}
        return canonical.encode({"kind": "row", **row})


@dataclass(frozen=True)
class RollEntry:
    """Ends the roll: how many rows each group has."""

    groups: tuple[tuple[str, int], ...]

    def data(self) -> bytes:
        return canonical.encode({"kind": "roll", "groups": document_fields.sort_items([[name, rows] for name, rows in self.groups])})


TreeHead = tuple[str, int, bytes]
"""(co-op, size, root) of a tree."""


@dataclass(frozen=True)
class ReadyEntry:
    """This party mirrored and checked every participant's roll: these."""

    rolls: tuple[TreeHead, ...]

    def data(self) -> bytes:
        return canonical.encode(
            {"kind": "ready", "rolls": document_fields.sort_items([[co_op, size, root.hex()] for co_op, size, root in self.rolls])}
        )


@dataclass(frozen=True)
class OpenEntry:
    """Opens the voting: the leaf hash of every participant's `ready`."""

    ready: tuple[tuple[str, bytes], ...]

    def data(self) -> bytes:
        return canonical.encode({"kind": "open", "ready": document_fields.sort_items([[co_op, leaf.hex()] for co_op, leaf in self.ready])})


@dataclass(frozen=True)
class BallotEntry:
    """A row's choice; None if it withdraws its ballot."""

    pseudonym: str
    choice: Choice | None

    def data(self) -> bytes:
        if self.choice is None:
            return canonical.encode({"kind": "ballot", "pseudonym": self.pseudonym, "withdrawn": True})
        return canonical.encode({"kind": "ballot", "pseudonym": self.pseudonym, "choice": choice_json(self.choice)})


@dataclass(frozen=True)
class ClosedEntry:
    """Closes the board: what this party last cosigned by T, as (co-op, size, root, date) for every other board."""

    boards: tuple[tuple[str, int, bytes, int], ...]

    def data(self) -> bytes:
        listed: list[Json] = [[co_op, size, root.hex(), date] for co_op, size, root, date in self.boards]
        return canonical.encode({"kind": "closed", "boards": document_fields.sort_items(listed)})


@dataclass(frozen=True)
class OutcomeEntry:
    """This participant has counted, and signs the outcome."""

    vote: str
    id: str
    revision: int
    hash: bytes
    sig: bytes = b""

    def signed(self) -> bytes:
        """The signed JSON bytes, kind `outcome`."""
        return canonical.encode(self._body())

    def data(self) -> bytes:
        return canonical.encode({"kind": "outcome", "body": self._body(), "sig": self.sig.hex()})

    def _body(self) -> dict[str, Json]:
        return {"vote": self.vote, "id": self.id, "revision": self.revision, "hash": self.hash.hex()}


@dataclass(frozen=True)
class NoticeEntry:
    """A notice for people. It never changes a count."""

    about: str
    hash: bytes
    rows: int = 0
    scrutineers: int = 0

    def data(self) -> bytes:
        fields: dict[str, Json] = {"kind": "notice", "about": self.about, "hash": self.hash.hex()}
        if self.about == SCRUTINY:
            fields |= {"rows": self.rows, "scrutineers": self.scrutineers}
        return canonical.encode(fields)


@dataclass(frozen=True)
class BadBallot:
    """An entry of kind ballot with an invalid form."""


Entry = JoinEntry | RowEntry | RollEntry | ReadyEntry | OpenEntry | BallotEntry | ClosedEntry | OutcomeEntry | NoticeEntry | BadBallot


def read_entry(data: bytes) -> Entry | None:
    """Reads one entry. None if its form is invalid (code BAD_FORM). Never raises."""
    if len(data) > MAX_ENTRY_BYTES:
        return None
    try:
        value = document_fields.decode_json(data, "entry")
    except DocumentError:
        return None
    if not isinstance(value, dict):
        return None
    kind = value.get("kind")
    read = _READERS.get(kind) if isinstance(kind, str) else None
    if read is None:
        return None
    try:
        fields = DocumentFields(value, "entry")
        fields.take("kind")
        entry = read(fields)
        fields.reject_unknown()
    except DocumentError:
        return BadBallot() if kind == "ballot" else None
    return entry


def choice_json(choice: Choice) -> Json:
    """The JSON of a choice in a ballot."""
    if isinstance(choice, str):
        return choice
    if isinstance(choice, Mapping):
        return dict(choice)
    return list(choice)


def read_choice(value: Json) -> Choice:
    """Reads a choice from its JSON. Raises `DocumentError`."""
    match value:
        case str():
            return value
        case list() if all(isinstance(option, str) for option in value):
            return tuple(str(option) for option in value)
        case dict() if all(isinstance(points, int) and not isinstance(points, bool) for points in value.values()):
            return {option: document_fields.parse_number(points, "points") for option, points in value.items()}
        case _:
            raise DocumentError("ballot: that is no choice")


def _join(fields: DocumentFields) -> JoinEntry:
    body = fields.fields("body")
    join = JoinEntry(
        vote=body.text("vote", HEX32),
        id=body.text("id", CO_OP),
        body=body.one_of("body", *BODIES),
        date=body.text("date", DATE),
        reference=body.text("reference", REFERENCE),
        sig=fields.hex64("sig"),
    )
    body.reject_unknown()
    return join


def _row(fields: DocumentFields) -> RowEntry:
    return RowEntry(_pseudonym(fields), fields.text("group", GROUP), fields.hex32("commitment"))


def _roll(fields: DocumentFields) -> RollEntry:
    def group(value: Json) -> tuple[str, int]:
        name, rows = document_fields.parse_items(value, 2, "roll")
        return document_fields.parse_text(name, GROUP, "roll"), document_fields.parse_number(rows, "roll", 1)

    return RollEntry(tuple(fields.named("groups", group).items()))


def _ready(fields: DocumentFields) -> ReadyEntry:
    def tree_head(value: Json) -> TreeHead:
        co_op, size, root = document_fields.parse_items(value, 3, "ready")
        return (
            document_fields.parse_text(co_op, CO_OP, "ready"),
            document_fields.parse_number(size, "ready"),
            bytes.fromhex(document_fields.parse_text(root, HEX32, "ready")),
        )

    return ReadyEntry(fields.list("rolls", tree_head))


def _open(fields: DocumentFields) -> OpenEntry:
    def leaf(value: Json) -> tuple[str, bytes]:
        co_op, leaf_hash = document_fields.parse_items(value, 2, "open")
        return document_fields.parse_text(co_op, CO_OP, "open"), bytes.fromhex(document_fields.parse_text(leaf_hash, HEX32, "open"))

    return OpenEntry(fields.list("ready", leaf))


def _ballot(fields: DocumentFields) -> BallotEntry:
    pseudonym = _pseudonym(fields)
    if fields.has("withdrawn"):
        if not fields.flag("withdrawn"):
            raise DocumentError("ballot: withdrawn is true or not there")
        return BallotEntry(pseudonym, None)
    return BallotEntry(pseudonym, read_choice(fields.take("choice")))


def _closed(fields: DocumentFields) -> ClosedEntry:
    def board(value: Json) -> tuple[str, tuple[int, bytes, int]]:
        co_op, size, root, date = document_fields.parse_items(value, 4, "closed")
        head = (
            document_fields.parse_number(size, "closed"),
            bytes.fromhex(document_fields.parse_text(root, HEX32, "closed")),
            document_fields.parse_number(date, "closed"),
        )
        return document_fields.parse_text(co_op, CO_OP, "closed"), head

    return ClosedEntry(tuple((co_op, *head) for co_op, head in fields.named("boards", board).items()))


def _outcome(fields: DocumentFields) -> OutcomeEntry:
    body = fields.fields("body")
    outcome = OutcomeEntry(
        vote=body.text("vote", HEX32),
        id=body.text("id", CO_OP),
        revision=body.number("revision", 1),
        hash=body.hex32("hash"),
        sig=fields.hex64("sig"),
    )
    body.reject_unknown()
    return outcome


def _notice(fields: DocumentFields) -> NoticeEntry:
    about = fields.one_of("about", *NOTICES)
    digest = fields.hex32("hash")
    if about != SCRUTINY:
        return NoticeEntry(about, digest)
    return NoticeEntry(about, digest, fields.number("rows"), fields.number("scrutineers"))


def _pseudonym(fields: DocumentFields) -> str:
    value = fields.take("pseudonym")
    if not isinstance(value, str) or not is_pseudonym(value):
        raise DocumentError("that is no pseudonym")
    return value


_READERS: dict[str, Callable[[DocumentFields], Entry]] = {
    "join": _join,
    "row": _row,
    "roll": _roll,
    "ready": _ready,
    "open": _open,
    "ballot": _ballot,
    "closed": _closed,
    "outcome": _outcome,
    "notice": _notice,
}
