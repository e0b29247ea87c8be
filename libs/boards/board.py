"""One board, read entry by entry from the first: what is in order, what is ignored and why, and which ballots stand.

The order and the codes are those of "Boards" in docs/formats/federated-vote.md. Whoever has the same entries reads the same.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from libs.boards import entries as kinds
from libs.boards.ballots import choice_allowed
from libs.boards.entries import BadBallot, Ballot, Choice, Closed, Entry, Join, Notice, Open, Outcome, Ready, Roll, Row, read_entry
from libs.boards.terms import BALLOTS_MOST, PARTICIPANT, Terms
from libs.signing import merkle, statement
from libs.signing.statement import BadSignatureError

BAD_FORM, OUT_OF_ORDER = "BAD_FORM", "OUT_OF_ORDER"
BEFORE_OPEN, NO_ROW, TOO_MANY, BAD_CHOICE = "BEFORE_OPEN", "NO_ROW", "TOO_MANY", "BAD_CHOICE"


@dataclass(frozen=True)
class Standing:
    """A ballot that stands for its row as far as the board was read; `choice` is None where it was taken back."""

    index: int
    choice: Choice | None


class Board:
    """Reads one board. `add` in the order of the board; everything else is what was read so far."""

    def __init__(self, terms: Terms, co_op: str) -> None:
        self.terms = terms
        self.co_op = co_op
        self.size = 0
        self.leaves: list[bytes] = []
        self.join: Join | None = None
        self.rows: dict[str, str] = {}
        """Pseudonym to group, in order."""
        self.roll: Roll | None = None
        self.roll_size = 0
        """Of the tree up to and including the roll."""
        self.roll_root = b""
        self.ready: Ready | None = None
        self.ready_index = -1
        self.opened: Open | None = None
        self.closed: Closed | None = None
        self.outcomes: dict[int, Outcome] = {}
        """In order: the first of each revision."""
        self.signed: dict[tuple[int, bytes], Outcome] = {}
        """Every (revision, hash) that stands here with a good signature, in order or not."""
        self.notices: list[Notice] = []
        self.rejected: list[tuple[int, str]] = []
        self.ballots: dict[str, Standing] = {}
        self.after_last_ballot = 0
        """The size just after the last entry whose kind is ballot."""
        self._tries: Counter[str] = Counter()
        self._last_row = ""
        self._participant = terms.by_id[co_op].kind == PARTICIPANT
        self._key = Ed25519PublicKey.from_public_bytes(terms.by_id[co_op].statement)
        self._in_order = False

    def extend(self, entries: Iterable[bytes]) -> "Board":
        for data in entries:
            self.add(data)
        return self

    def add(self, data: bytes) -> str:
        """Reads the next entry. Gives the code it is ignored with, empty when it is in order."""
        index, self.size = self.size, self.size + 1
        self.leaves.append(merkle.leaf_hash(data))
        code = self._first(data) if index == 0 else self._next(index, data)
        if code:
            self.rejected.append((index, code))
        return code

    @property
    def withdrawn(self) -> bool:
        """It said, before its own ready, that it does not take part after all."""
        return self.ready is None and any(one.about == kinds.WITHDRAW for one in self.notices)

    def root(self, size: int) -> bytes:
        """Of the tree of the first `size` entries read."""
        return merkle.root_of(self.leaves[:size])

    @property
    def ready_leaf(self) -> bytes:
        return self.leaves[self.ready_index]

    def _first(self, data: bytes) -> str:
        return "" if data == self.terms.data else OUT_OF_ORDER

    def _next(self, index: int, data: bytes) -> str:
        entry = read_entry(data)
        if isinstance(entry, (Ballot, BadBallot)):
            self.after_last_ballot = self.size
            return self._ballot(index, entry)
        if entry is None:
            return BAD_FORM
        return "" if self._takes(index, entry) else OUT_OF_ORDER

    def _takes(self, index: int, entry: Entry) -> bool:
        match entry:
            case Join():
                return self._join(index, entry)
            case Outcome():
                return self._outcome(entry)
            case Notice():
                if self.join is not None:
                    self.notices.append(entry)
                return self.join is not None
            case Closed():
                fits = self.join is not None and self.closed is None
                self.closed = entry if fits else self.closed
                return fits
            case _:
                return self.closed is None and self.join is not None and self._participant and self._of_a_roll(index, entry)

    def _of_a_roll(self, index: int, entry: Entry) -> bool:
        match entry:
            case Row():
                return self._row(entry)
            case Roll():
                return self._roll(entry)
            case Ready():
                fits = self.roll is not None and self.ready is None and not self.withdrawn
                if fits:
                    self.ready, self.ready_index = entry, index
                return fits
            case Open():
                fits = self.ready is not None and self.opened is None
                self.opened = entry if fits else self.opened
                return fits
            case _:
                return False

    def _join(self, index: int, entry: Join) -> bool:
        if index != 1 or entry.vote != self.terms.vote or entry.id != self.co_op or not self._is_good("join", entry.signed(), entry.sig):
            return False
        self.join = entry
        return True

    def _row(self, entry: Row) -> bool:
        fits = (
            self.roll is None
            and entry.pseudonym > self._last_row
            and entry.group in self.terms.groups
            and entry.group not in self.terms.rule.counting.excluded
        )
        if fits:
            self.rows[entry.pseudonym] = entry.group
            self._last_row = entry.pseudonym
        return fits

    def _roll(self, entry: Roll) -> bool:
        counted = Counter(self.rows.values())
        fits = (
            self.roll is None
            and dict(entry.groups) == dict(counted)
            and all(rows <= self.terms.ceilings.get((self.co_op, group), 0) for group, rows in counted.items())
            and all(rows >= self.terms.k or (self.co_op, group) in self.terms.small for group, rows in counted.items())
        )
        if fits:
            self.roll, self.roll_size, self.roll_root = entry, self.size, merkle.root_of(self.leaves)
        return fits

    def _outcome(self, entry: Outcome) -> bool:
        if not self._participant or entry.vote != self.terms.vote or entry.id != self.co_op:
            return False
        if not self._is_good("outcome", entry.signed(), entry.sig):
            return False
        self.signed.setdefault((entry.revision, entry.hash), entry)
        fits = self.closed is not None and entry.revision not in self.outcomes
        if fits:
            self.outcomes[entry.revision] = entry
        return fits

    def _ballot(self, index: int, entry: Ballot | BadBallot) -> str:
        if isinstance(entry, BadBallot):
            return BAD_FORM
        if self.opened is None or self.closed is not None:
            return BEFORE_OPEN
        if entry.pseudonym not in self.rows:
            return NO_ROW
        self._tries[entry.pseudonym] += 1
        if self._tries[entry.pseudonym] > BALLOTS_MOST:
            return TOO_MANY
        if entry.choice is not None and not choice_allowed(self.terms, entry.choice):
            return BAD_CHOICE
        self.ballots[entry.pseudonym] = Standing(index, entry.choice)
        return ""

    def _is_good(self, kind: str, body: bytes, sig: bytes) -> bool:
        try:
            statement.verify(self._key, kind, body, sig)
        except BadSignatureError:
            return False
        return True
