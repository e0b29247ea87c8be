"""One board, read entry by entry from the first: which entries are in order, which are ignored and why, and which ballots are current.

The order and the codes are those of "Boards" in docs/formats/federated-vote.md. Every reader of the same entries gets the same result.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from libs.boards import entries as kinds
from libs.boards.ballots import is_choice_allowed
from libs.boards.entries import (
    BadBallot,
    BallotEntry,
    Choice,
    ClosedEntry,
    Entry,
    JoinEntry,
    NoticeEntry,
    OpenEntry,
    OutcomeEntry,
    ReadyEntry,
    RollEntry,
    RowEntry,
    read_entry,
)
from libs.boards.vote_terms import MAX_BALLOTS_PER_ROW, PARTICIPANT, VoteTerms
from libs.signing import merkle, statement
from libs.signing.statement import BadSignatureError

BAD_FORM, OUT_OF_ORDER = "BAD_FORM", "OUT_OF_ORDER"
BEFORE_OPEN, NO_ROW, TOO_MANY, BAD_CHOICE = "BEFORE_OPEN", "NO_ROW", "TOO_MANY", "BAD_CHOICE"


@dataclass(frozen=True)
class CurrentBallot:
    """A row's latest ballot, as far as the board has been read; `choice` is None if it was withdrawn."""

    index: int
    choice: Choice | None


class Board:
    """Reads one board. `add` takes entries in the board's order; the attributes hold what has been read so far."""

    def __init__(self, terms: VoteTerms, co_op: str) -> None:
        self.terms = terms
        self.co_op = co_op
        self.size = 0
        self.leaves: list[bytes] = []
        self._roots: dict[int, bytes] = {}
        self.join: JoinEntry | None = None
        self.rows: dict[str, str] = {}
        """Pseudonym to group, in order."""
        self.roll: RollEntry | None = None
        self.roll_size = 0
        """The size of the tree up to and including the roll."""
        self.roll_root = b""
        self.ready: ReadyEntry | None = None
        self.ready_index = -1
        self.opened: OpenEntry | None = None
        self.closed: ClosedEntry | None = None
        self.outcomes: dict[int, OutcomeEntry] = {}
        """Entries in order: the first of each revision."""
        self.signed: dict[tuple[int, bytes], OutcomeEntry] = {}
        """Every (revision, hash) on the board with a valid signature, whether its entry is in order or not."""
        self.notices: list[NoticeEntry] = []
        self.rejected: list[tuple[int, str]] = []
        self.ballots: dict[str, CurrentBallot] = {}
        self.after_last_ballot = 0
        """The board's size just after the last entry of kind ballot."""
        self._ballot_counts: Counter[str] = Counter()
        self._last_row = ""
        self._participant = terms.by_id[co_op].kind == PARTICIPANT
        self._key = Ed25519PublicKey.from_public_bytes(terms.by_id[co_op].statement)
        self._in_order = False

    def extend(self, entries: Iterable[bytes]) -> "Board":
        for data in entries:
            self.add(data)
        return self

    def add(self, data: bytes) -> str:
        """Reads the next entry. Returns the code it is ignored with; empty when it is in order."""
        index, self.size = self.size, self.size + 1
        self.leaves.append(merkle.leaf_hash(data))
        code = self._read_terms(data) if index == 0 else self._read_next(index, data)
        if code:
            self.rejected.append((index, code))
        return code

    @property
    def withdrawn(self) -> bool:
        """Whether the co-op withdrew from the vote before its own ready entry."""
        return self.ready is None and any(notice.about == kinds.WITHDRAW for notice in self.notices)

    def root(self, size: int) -> bytes:
        """The root of the tree of the first `size` entries. A board only grows, so that it is hashed once."""
        if size not in self._roots:
            self._roots[size] = merkle.root_of(self.leaves[:size])
        return self._roots[size]

    @property
    def ready_leaf(self) -> bytes:
        return self.leaves[self.ready_index]

    def _read_terms(self, data: bytes) -> str:
        return "" if data == self.terms.data else OUT_OF_ORDER

    def _read_next(self, index: int, data: bytes) -> str:
        entry = read_entry(data)
        if isinstance(entry, (BallotEntry, BadBallot)):
            self.after_last_ballot = self.size
            return self._accept_ballot(index, entry)
        if entry is None:
            return BAD_FORM
        return "" if self._accept(index, entry) else OUT_OF_ORDER

    def _accept(self, index: int, entry: Entry) -> bool:
        match entry:
            case JoinEntry():
                return self._accept_join(index, entry)
            case OutcomeEntry():
                return self._accept_outcome(entry)
            case NoticeEntry():
                if self.join is not None:
                    self.notices.append(entry)
                return self.join is not None
            case ClosedEntry():
                accepted = self.join is not None and self.closed is None
                self.closed = entry if accepted else self.closed
                return accepted
            case _:
                return self.closed is None and self.join is not None and self._participant and self._accept_roll_phase(index, entry)

    def _accept_roll_phase(self, index: int, entry: Entry) -> bool:
        match entry:
            case RowEntry():
                return self._accept_row(entry)
            case RollEntry():
                return self._accept_roll(entry)
            case ReadyEntry():
                accepted = self.roll is not None and self.ready is None and not self.withdrawn
                if accepted:
                    self.ready, self.ready_index = entry, index
                return accepted
            case OpenEntry():
                accepted = self.ready is not None and self.opened is None
                self.opened = entry if accepted else self.opened
                return accepted
            case _:
                return False

    def _accept_join(self, index: int, entry: JoinEntry) -> bool:
        if index != 1 or entry.vote != self.terms.vote or entry.id != self.co_op or not self._is_signed("join", entry.signed(), entry.sig):
            return False
        self.join = entry
        return True

    def _accept_row(self, entry: RowEntry) -> bool:
        accepted = (
            self.roll is None
            and entry.pseudonym > self._last_row
            and entry.group in self.terms.groups
            and entry.group not in self.terms.rule.counting.excluded
        )
        if accepted:
            self.rows[entry.pseudonym] = entry.group
            self._last_row = entry.pseudonym
        return accepted

    def _accept_roll(self, entry: RollEntry) -> bool:
        counted = Counter(self.rows.values())
        accepted = (
            self.roll is None
            and dict(entry.groups) == dict(counted)
            and all(rows <= self.terms.ceilings.get((self.co_op, group), 0) for group, rows in counted.items())
            and all(rows >= self.terms.k or (self.co_op, group) in self.terms.small for group, rows in counted.items())
        )
        if accepted:
            self.roll, self.roll_size, self.roll_root = entry, self.size, merkle.root_of(self.leaves)
        return accepted

    def _accept_outcome(self, entry: OutcomeEntry) -> bool:
        if not self._participant or entry.vote != self.terms.vote or entry.id != self.co_op:
            return False
        if not self._is_signed("outcome", entry.signed(), entry.sig):
            return False
        self.signed.setdefault((entry.revision, entry.hash), entry)
        accepted = self.closed is not None and entry.revision not in self.outcomes
        if accepted:
            self.outcomes[entry.revision] = entry
        return accepted

    def _accept_ballot(self, index: int, entry: BallotEntry | BadBallot) -> str:
        if isinstance(entry, BadBallot):
            return BAD_FORM
        if self.opened is None or self.closed is not None:
            return BEFORE_OPEN
        if entry.pseudonym not in self.rows:
            return NO_ROW
        self._ballot_counts[entry.pseudonym] += 1
        if self._ballot_counts[entry.pseudonym] > MAX_BALLOTS_PER_ROW:
            return TOO_MANY
        if entry.choice is not None and not is_choice_allowed(self.terms, entry.choice):
            return BAD_CHOICE
        self.ballots[entry.pseudonym] = CurrentBallot(index, entry.choice)
        return ""

    def _is_signed(self, kind: str, body: bytes, sig: bytes) -> bool:
        try:
            statement.verify(self._key, kind, body, sig)
        except BadSignatureError:
            return False
        return True
