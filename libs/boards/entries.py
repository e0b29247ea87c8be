"""The entries of a board, one kind after the other: how each is written, and how its bytes are read.

Reading looks at the form alone. Whether an entry is in order on its board is `libs.boards.board`'s to say.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from libs.boards import forms
from libs.boards.forms import CO_OP, DATE, GROUP, HEX32, REFERENCE, DocumentError, Fields
from libs.boards.rows import is_pseudonym
from libs.signing import canonical
from libs.signing.canonical import Json

LONGEST = 8 * 1024
BODIES = ("general_meeting", "board", "circle")
WITHDRAW, OBJECTION, SUSPEND, RESTORED, EVIDENCE, SCRUTINY = "withdraw", "objection", "suspend", "restored", "evidence", "scrutiny"
NOTICES = (WITHDRAW, OBJECTION, SUSPEND, RESTORED, EVIDENCE, SCRUTINY)

Choice = str | tuple[str, ...] | Mapping[str, int]
"""One option; options approved of; points by option."""


@dataclass(frozen=True)
class Join:
    """This party takes part, by a decision of its own."""

    vote: str
    id: str
    body: str
    date: str
    reference: str
    sig: bytes = b""

    def signed(self) -> bytes:
        """JSON bytes of what `sig` is over, kind `join`."""
        return canonical.encode(self._body())

    def data(self) -> bytes:
        return canonical.encode({"kind": "join", "body": self._body(), "sig": self.sig.hex()})

    def _body(self) -> dict[str, Json]:
        return {"vote": self.vote, "id": self.id, "body": self.body, "date": self.date, "reference": self.reference}


@dataclass(frozen=True)
class Row:
    """Somebody may vote, in this group; who they are is closed in the commitment."""

    pseudonym: str
    group: str
    commitment: bytes

    def data(self) -> bytes:
        row: dict[str, Json] = {"pseudonym": self.pseudonym, "group": self.group, "commitment": self.commitment.hex()}
        return canonical.encode({"kind": "row", **row})


@dataclass(frozen=True)
class Roll:
    """How many rows there are in each group."""

    groups: tuple[tuple[str, int], ...]

    def data(self) -> bytes:
        return canonical.encode({"kind": "roll", "groups": forms.in_order([[name, rows] for name, rows in self.groups])})


Place = tuple[str, int, bytes]
"""(co-op, size, root) of a tree."""


@dataclass(frozen=True)
class Ready:
    """We mirrored and checked every participant's roll: these."""

    rolls: tuple[Place, ...]

    def data(self) -> bytes:
        return canonical.encode({"kind": "ready", "rolls": forms.in_order([[co_op, size, root.hex()] for co_op, size, root in self.rolls])})


@dataclass(frozen=True)
class Open:
    """Every `ready` there is, by its leaf hash."""

    ready: tuple[tuple[str, bytes], ...]

    def data(self) -> bytes:
        return canonical.encode({"kind": "open", "ready": forms.in_order([[co_op, leaf.hex()] for co_op, leaf in self.ready])})


@dataclass(frozen=True)
class Ballot:
    """What a row chooses; None where it takes its ballot back."""

    pseudonym: str
    choice: Choice | None

    def data(self) -> bytes:
        if self.choice is None:
            return canonical.encode({"kind": "ballot", "pseudonym": self.pseudonym, "withdrawn": True})
        return canonical.encode({"kind": "ballot", "pseudonym": self.pseudonym, "choice": choice_json(self.choice)})


@dataclass(frozen=True)
class Closed:
    """What this party last cosigned by T: (co-op, size, root, date) for every other one."""

    boards: tuple[tuple[str, int, bytes, int], ...]

    def data(self) -> bytes:
        listed: list[Json] = [[co_op, size, root.hex(), date] for co_op, size, root, date in self.boards]
        return canonical.encode({"kind": "closed", "boards": forms.in_order(listed)})


@dataclass(frozen=True)
class Outcome:
    """This participant counted, and signs what came out."""

    vote: str
    id: str
    revision: int
    hash: bytes
    sig: bytes = b""

    def signed(self) -> bytes:
        """JSON bytes of what `sig` is over, kind `outcome`."""
        return canonical.encode(self._body())

    def data(self) -> bytes:
        return canonical.encode({"kind": "outcome", "body": self._body(), "sig": self.sig.hex()})

    def _body(self) -> dict[str, Json]:
        return {"vote": self.vote, "id": self.id, "revision": self.revision, "hash": self.hash.hex()}


@dataclass(frozen=True)
class Notice:
    """A word for people. It never changes a count."""

    about: str
    hash: bytes
    rows: int = 0
    scrutineers: int = 0

    def data(self) -> bytes:
        said: dict[str, Json] = {"kind": "notice", "about": self.about, "hash": self.hash.hex()}
        if self.about == SCRUTINY:
            said |= {"rows": self.rows, "scrutineers": self.scrutineers}
        return canonical.encode(said)


@dataclass(frozen=True)
class BadBallot:
    """It says that it is a ballot, and is none by its form."""


Entry = Join | Row | Roll | Ready | Open | Ballot | Closed | Outcome | Notice | BadBallot


def read_entry(data: bytes) -> Entry | None:
    """None for what is no entry by its form: code BAD_FORM. Never raises."""
    if len(data) > LONGEST:
        return None
    try:
        value = forms.decoded(data, "entry")
    except DocumentError:
        return None
    if not isinstance(value, dict):
        return None
    kind = value.get("kind")
    read = _READERS.get(kind) if isinstance(kind, str) else None
    if read is None:
        return None
    try:
        fields = Fields(value, "entry")
        fields.take("kind")
        found = read(fields)
        fields.done()
    except DocumentError:
        return BadBallot() if kind == "ballot" else None
    return found


def choice_json(choice: Choice) -> Json:
    """As a ballot writes it."""
    if isinstance(choice, str):
        return choice
    if isinstance(choice, Mapping):
        return dict(choice)
    return list(choice)


def read_choice(value: Json) -> Choice:
    """Raises `DocumentError`."""
    match value:
        case str():
            return value
        case list() if all(isinstance(one, str) for one in value):
            return tuple(str(one) for one in value)
        case dict() if all(isinstance(points, int) and not isinstance(points, bool) for points in value.values()):
            return {option: forms.number(points, "points") for option, points in value.items()}
        case _:
            raise DocumentError("ballot: that is no choice")


def _join(fields: Fields) -> Join:
    body = fields.fields("body")
    found = Join(
        vote=body.text("vote", HEX32),
        id=body.text("id", CO_OP),
        body=body.one_of("body", *BODIES),
        date=body.text("date", DATE),
        reference=body.text("reference", REFERENCE),
        sig=fields.hex64("sig"),
    )
    body.done()
    return found


def _row(fields: Fields) -> Row:
    return Row(_pseudonym(fields), fields.text("group", GROUP), fields.hex32("commitment"))


def _roll(fields: Fields) -> Roll:
    def group(value: Json) -> tuple[str, int]:
        name, rows = forms.items(value, 2, "roll")
        return forms.text(name, GROUP, "roll"), forms.number(rows, "roll", 1)

    return Roll(tuple(fields.named("groups", group).items()))


def _ready(fields: Fields) -> Ready:
    def place(value: Json) -> Place:
        co_op, size, root = forms.items(value, 3, "ready")
        return forms.text(co_op, CO_OP, "ready"), forms.number(size, "ready"), bytes.fromhex(forms.text(root, HEX32, "ready"))

    return Ready(fields.list("rolls", place))


def _open(fields: Fields) -> Open:
    def leaf(value: Json) -> tuple[str, bytes]:
        co_op, found = forms.items(value, 2, "open")
        return forms.text(co_op, CO_OP, "open"), bytes.fromhex(forms.text(found, HEX32, "open"))

    return Open(fields.list("ready", leaf))


def _ballot(fields: Fields) -> Ballot:
    pseudonym = _pseudonym(fields)
    if fields.has("withdrawn"):
        if not fields.flag("withdrawn"):
            raise DocumentError("ballot: withdrawn is true or not there")
        return Ballot(pseudonym, None)
    return Ballot(pseudonym, read_choice(fields.take("choice")))


def _closed(fields: Fields) -> Closed:
    def board(value: Json) -> tuple[str, tuple[int, bytes, int]]:
        co_op, size, root, date = forms.items(value, 4, "closed")
        head = forms.number(size, "closed"), bytes.fromhex(forms.text(root, HEX32, "closed")), forms.number(date, "closed")
        return forms.text(co_op, CO_OP, "closed"), head

    return Closed(tuple((co_op, *head) for co_op, head in fields.named("boards", board).items()))


def _outcome(fields: Fields) -> Outcome:
    body = fields.fields("body")
    found = Outcome(
        vote=body.text("vote", HEX32),
        id=body.text("id", CO_OP),
        revision=body.number("revision", 1),
        hash=body.hex32("hash"),
        sig=fields.hex64("sig"),
    )
    body.done()
    return found


def _notice(fields: Fields) -> Notice:
    about = fields.one_of("about", *NOTICES)
    found = fields.hex32("hash")
    if about != SCRUTINY:
        return Notice(about, found)
    return Notice(about, found, fields.number("rows"), fields.number("scrutineers"))


def _pseudonym(fields: Fields) -> str:
    value = fields.take("pseudonym")
    if not isinstance(value, str) or not is_pseudonym(value):
        raise DocumentError("that is no pseudonym")
    return value


_READERS: dict[str, Callable[[Fields], Entry]] = {
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
