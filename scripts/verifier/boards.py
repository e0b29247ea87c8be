"""Checks 8 to 13: the entries of a board, their order, and the code of every entry that does not count."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from scripts.verifier import entries
from scripts.verifier.canonical_json import Json, NotCanonicalJsonError, decode, encode
from scripts.verifier.entries import Ballot, Choice, Closed, Entry, Join, Notice, Open, Outcome, Ready, Roll, RollRow
from scripts.verifier.json_values import MalformedError
from scripts.verifier.merkle import MerkleTree
from scripts.verifier.terms import Party, VoteTerms
from scripts.verifier.vote_rule import ABSTAIN

BAD_FORM, OUT_OF_ORDER = "BAD_FORM", "OUT_OF_ORDER"
BEFORE_OPEN, NO_ROW, TOO_MANY, BAD_CHOICE = "BEFORE_OPEN", "NO_ROW", "TOO_MANY", "BAD_CHOICE"
MAX_BALLOTS = 20


class CastBallot(NamedTuple):
    """A valid ballot, which has no rejection code."""

    at: int
    ballot: Ballot


class IgnoredEntry(NamedTuple):
    at: int
    code: str
    why: str


@dataclass
class Board:
    """One party's board, read from its first entry to its last."""

    owner: Party
    tree: MerkleTree
    joined: bool = False
    rows: dict[str, RollRow] = field(default_factory=dict)
    roll: int | None = None
    ready: tuple[int, Ready] | None = None
    opened: tuple[int, Open] | None = None
    closed: Closed | None = None
    withdrawn: bool = False
    outcomes: list[tuple[int, Outcome]] = field(default_factory=list)
    cast: list[CastBallot] = field(default_factory=list)
    ballots_at: list[int] = field(default_factory=list)
    ignored: list[IgnoredEntry] = field(default_factory=list)

    @property
    def groups(self) -> Counter[str]:
        return Counter(row.group for row in self.rows.values())

    def counted_size(self, cut: int) -> int:
        """The cut, trimmed to just after the last ballot below it, valid or not."""
        below = bisect_left(self.ballots_at, cut)
        return self.ballots_at[below - 1] + 1 if below else 0

    def why_ignored(self, kind: str) -> str:
        """The reason why the first entry of this kind was ignored, or a note that there is none."""
        return next((entry.why for entry in self.ignored if entry.why.startswith(kind)), f"{kind}: there is none")


def read_board(owner: Party, content: list[bytes], tree: MerkleTree, terms: VoteTerms) -> Board:
    """Reads all entries after the first, which is the terms. `tree` is the Merkle tree of the content."""
    board = Board(owner, tree)
    reader = _BoardReader(board, terms)
    for index, data in enumerate(content):
        if index:
            reader.add(index, data)
    return board


class _OutOfOrderError(Exception):
    """The message is the kind of the entry, then why it is out of order."""


class _BoardReader:
    def __init__(self, board: Board, terms: VoteTerms) -> None:
        self._board = board
        self._terms = terms
        self._last_pseudonym = ""
        self._valid: Counter[str] = Counter()
        self._groups: Counter[str] = Counter()
        self._revisions: set[int] = set()

    def add(self, index: int, data: bytes) -> None:
        board = self._board
        try:
            value = decode(data)
        except NotCanonicalJsonError as error:
            board.ignored.append(IgnoredEntry(index, BAD_FORM, f"it is no JSON bytes: {error}"))
            return
        if entries.is_ballot(value):
            board.ballots_at.append(index)
        try:
            entry = entries.read_entry(value)
            code = self._ballot_code(entry) if isinstance(entry, Ballot) else ""
            if code:
                board.ignored.append(IgnoredEntry(index, code, f"ballot: {code}"))
            elif isinstance(entry, Ballot):
                board.cast.append(CastBallot(index, entry))
            else:
                self._add_in_order(index, entry)
        except MalformedError as error:
            board.ignored.append(IgnoredEntry(index, BAD_FORM, f"{_kind_of(value)}: {error}"))
        except _OutOfOrderError as error:
            board.ignored.append(IgnoredEntry(index, OUT_OF_ORDER, str(error)))

    def _ballot_code(self, ballot: Ballot) -> str:
        board = self._board
        if board.opened is None or board.closed is not None:
            return BEFORE_OPEN
        if ballot.pseudonym not in board.rows:
            return NO_ROW
        self._valid[ballot.pseudonym] += 1
        if self._valid[ballot.pseudonym] > MAX_BALLOTS:
            return TOO_MANY
        return "" if ballot.choice is None or _is_allowed(ballot.choice, self._terms) else BAD_CHOICE

    def _add_in_order(self, index: int, entry: Entry) -> None:
        match entry:
            case Join():
                self._add_join(index, entry)
            case Notice():
                self._add_notice(entry)
            case Outcome():
                self._add_outcome(index, entry)
            case Closed():
                _require_order("closed", self._board.joined, "it comes before the board's join")
                _require_order("closed", self._board.closed is None, "it stands twice")
                self._board.closed = entry
            case _:
                self._add_participant_entry(index, entry)

    def _add_participant_entry(self, index: int, entry: Entry) -> None:
        board, kind = self._board, type(entry).__name__.lower()
        _require_order(kind, board.owner.participant, "an observer has none")
        _require_order(kind, board.joined, "it comes before the board's join")
        _require_order(kind, board.closed is None, "it comes after closed")
        match entry:
            case RollRow():
                self._add_row(entry)
            case Roll():
                self._add_roll(index, entry)
            case Ready():
                _require_order("ready", board.roll is not None, "it comes before the roll")
                _require_order("ready", board.ready is None, "it stands twice")
                _require_order("ready", not board.withdrawn, "the co-op had withdrawn")
                board.ready = index, entry
            case Open():
                _require_order("open", board.ready is not None, "it comes before ready")
                _require_order("open", board.opened is None, "it stands twice")
                board.opened = index, entry

    def _add_join(self, index: int, entry: Join) -> None:
        owner = self._board.owner
        _require_order("join", index == 1, "it is not the second entry")
        _require_order("join", (entry.vote, entry.id) == (self._terms.vote, owner.id), "it is of another vote or co-op")
        _require_order("join", entry.signed.is_signed_by(owner.statement), "its signature is not good")
        self._board.joined = True

    def _add_row(self, entry: RollRow) -> None:
        _require_order("row", self._board.roll is None, "it comes after the roll")
        _require_order("row", entry.pseudonym > self._last_pseudonym, "its pseudonym is not larger than the one before")
        known = entry.group in self._terms.groups and entry.group not in self._terms.rule.excluded
        _require_order("row", known, "its group has no vote here")
        self._last_pseudonym = entry.pseudonym
        self._board.rows[entry.pseudonym] = entry
        self._groups[entry.group] += 1

    def _add_roll(self, index: int, entry: Roll) -> None:
        terms, owner = self._terms, self._board.owner.id
        _require_order("roll", self._board.roll is None, "it stands twice")
        _require_order("roll", entry.groups == self._groups, "it does not say what the rows say")
        for group, rows in entry.groups.items():
            _require_order("roll", rows <= terms.ceilings.get((owner, group), 0), f"group {group} has more rows than its ceiling")
            _require_order("roll", rows >= terms.k or (owner, group) in terms.small, f"group {group} has fewer rows than k")
        self._board.roll = index

    def _add_notice(self, entry: Notice) -> None:
        _require_order("notice", self._board.joined, "it comes before the board's join")
        self._board.withdrawn |= entry.about == "withdraw"

    def _add_outcome(self, index: int, entry: Outcome) -> None:
        board = self._board
        _require_order("outcome", board.owner.participant, "an observer has none")
        _require_order("outcome", (entry.vote, entry.id) == (self._terms.vote, board.owner.id), "it is of another vote or co-op")
        _require_order("outcome", entry.signed.is_signed_by(board.owner.statement), "its signature is not good")
        # An early or duplicate outcome is ignored as out of order, but its signer did sign it.
        board.outcomes.append((index, entry))
        _require_order("outcome", board.closed is not None, "it comes before closed")
        _require_order("outcome", entry.revision not in self._revisions, "it is the second of its revision")
        self._revisions.add(entry.revision)


def _is_allowed(choice: Choice, terms: VoteTerms) -> bool:
    """Whether the terms allow this choice."""
    method, options = terms.rule.method, terms.options
    if method == "approval":
        return isinstance(choice, list) and set(choice) <= set(options) and _is_sorted(choice)
    if method == "score":
        return (
            isinstance(choice, dict)
            and set(choice) <= set(options)
            and all(0 <= points <= terms.rule.highest_score for points in choice.values())
        )
    return isinstance(choice, str) and (choice in options or (method == "plurality" and choice == ABSTAIN))


def _is_sorted(choice: list[str]) -> bool:
    encoded = [encode(option) for option in choice]
    return all(first < second for first, second in pairwise(encoded))


def _require_order(kind: str, holds: bool, why: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise _OutOfOrderError(f"{kind}: {why}")


def _kind_of(value: Json) -> str:
    kind = value.get("kind") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) and kind.isascii() and kind.isalpha() and len(kind) < 10 else "entry"
