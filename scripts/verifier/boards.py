"""Checks 8 to 13: what stands on a board, in which order, and with which code what does not count."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from scripts.verifier import entries
from scripts.verifier.canonical import Json, NotJsonBytesError, decode, encode
from scripts.verifier.entries import Ballot, Choice, Closed, Entry, Join, Notice, Open, Outcome, Ready, Roll, Row
from scripts.verifier.rule import ABSTAIN
from scripts.verifier.shapes import MalformedError
from scripts.verifier.terms import Party, Terms
from scripts.verifier.tree import Tree

BAD_FORM, OUT_OF_ORDER = "BAD_FORM", "OUT_OF_ORDER"
BEFORE_OPEN, NO_ROW, TOO_MANY, BAD_CHOICE = "BEFORE_OPEN", "NO_ROW", "TOO_MANY", "BAD_CHOICE"
MOST_BALLOTS = 20


class Cast(NamedTuple):
    """A ballot without code."""

    at: int
    ballot: Ballot


class Ignored(NamedTuple):
    at: int
    code: str
    why: str


@dataclass
class Board:
    """One party's board, read from its first entry to its last."""

    owner: Party
    tree: Tree
    joined: bool = False
    rows: dict[str, Row] = field(default_factory=dict)
    roll: int | None = None
    ready: tuple[int, Ready] | None = None
    opened: tuple[int, Open] | None = None
    closed: Closed | None = None
    withdrawn: bool = False
    outcomes: list[tuple[int, Outcome]] = field(default_factory=list)
    cast: list[Cast] = field(default_factory=list)
    ballots_at: list[int] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)

    @property
    def groups(self) -> Counter[str]:
        return Counter(row.group for row in self.rows.values())

    def counted_size(self, cut: int) -> int:
        """The cut trimmed to just after the last ballot below it, with or without code."""
        below = bisect_left(self.ballots_at, cut)
        return self.ballots_at[below - 1] + 1 if below else 0

    def why(self, kind: str) -> str:
        """Why the first ignored entry of this kind was ignored, or that there is none."""
        return next((one.why for one in self.ignored if one.why.startswith(kind)), f"{kind}: there is none")


def read(owner: Party, content: list[bytes], tree: Tree, terms: Terms) -> Board:
    """Sorts all entries but the first, which is the terms. `tree` is that of the content."""
    board = Board(owner, tree)
    reader = _Reader(board, terms)
    for index, data in enumerate(content):
        if index:
            reader.take(index, data)
    return board


class _OutOfOrderError(Exception):
    """Begins with the kind of the entry, then says why it is not in order."""


class _Reader:
    def __init__(self, board: Board, terms: Terms) -> None:
        self._board = board
        self._terms = terms
        self._last_pseudonym = ""
        self._valid: Counter[str] = Counter()
        self._groups: Counter[str] = Counter()
        self._revisions: set[int] = set()

    def take(self, index: int, data: bytes) -> None:
        board = self._board
        try:
            value = decode(data)
        except NotJsonBytesError as why:
            board.ignored.append(Ignored(index, BAD_FORM, f"it is no JSON bytes: {why}"))
            return
        if entries.is_ballot(value):
            board.ballots_at.append(index)
        try:
            entry = entries.read(value)
            code = self._ballot_code(entry) if isinstance(entry, Ballot) else ""
            if code:
                board.ignored.append(Ignored(index, code, f"ballot: {code}"))
            elif isinstance(entry, Ballot):
                board.cast.append(Cast(index, entry))
            else:
                self._place(index, entry)
        except MalformedError as why:
            board.ignored.append(Ignored(index, BAD_FORM, f"{_kind(value)}: {why}"))
        except _OutOfOrderError as why:
            board.ignored.append(Ignored(index, OUT_OF_ORDER, str(why)))

    def _ballot_code(self, ballot: Ballot) -> str:
        board = self._board
        if board.opened is None or board.closed is not None:
            return BEFORE_OPEN
        if ballot.pseudonym not in board.rows:
            return NO_ROW
        self._valid[ballot.pseudonym] += 1
        if self._valid[ballot.pseudonym] > MOST_BALLOTS:
            return TOO_MANY
        return "" if ballot.choice is None or _allowed(ballot.choice, self._terms) else BAD_CHOICE

    def _place(self, index: int, entry: Entry) -> None:
        match entry:
            case Join():
                self._join(index, entry)
            case Notice():
                self._notice(entry)
            case Outcome():
                self._outcome(index, entry)
            case Closed():
                _in_order("closed", self._board.joined, "it comes before the board's join")
                _in_order("closed", self._board.closed is None, "it stands twice")
                self._board.closed = entry
            case _:
                self._participants_own(index, entry)

    def _participants_own(self, index: int, entry: Entry) -> None:
        board, kind = self._board, type(entry).__name__.lower()
        _in_order(kind, board.owner.participant, "an observer has none")
        _in_order(kind, board.joined, "it comes before the board's join")
        _in_order(kind, board.closed is None, "it comes after closed")
        match entry:
            case Row():
                self._row(entry)
            case Roll():
                self._roll(index, entry)
            case Ready():
                _in_order("ready", board.roll is not None, "it comes before the roll")
                _in_order("ready", board.ready is None, "it stands twice")
                _in_order("ready", not board.withdrawn, "the co-op had withdrawn")
                board.ready = index, entry
            case Open():
                _in_order("open", board.ready is not None, "it comes before ready")
                _in_order("open", board.opened is None, "it stands twice")
                board.opened = index, entry

    def _join(self, index: int, entry: Join) -> None:
        owner = self._board.owner
        _in_order("join", index == 1, "it is not the second entry")
        _in_order("join", (entry.vote, entry.id) == (self._terms.vote, owner.id), "it is of another vote or co-op")
        _in_order("join", entry.seal.good(owner.statement), "its signature is not good")
        self._board.joined = True

    def _row(self, entry: Row) -> None:
        _in_order("row", self._board.roll is None, "it comes after the roll")
        _in_order("row", entry.pseudonym > self._last_pseudonym, "its pseudonym is not larger than the one before")
        known = entry.group in self._terms.groups and entry.group not in self._terms.rule.excluded
        _in_order("row", known, "its group has no vote here")
        self._last_pseudonym = entry.pseudonym
        self._board.rows[entry.pseudonym] = entry
        self._groups[entry.group] += 1

    def _roll(self, index: int, entry: Roll) -> None:
        terms, owner = self._terms, self._board.owner.id
        _in_order("roll", self._board.roll is None, "it stands twice")
        _in_order("roll", entry.groups == self._groups, "it does not say what the rows say")
        for group, rows in entry.groups.items():
            _in_order("roll", rows <= terms.ceilings.get((owner, group), 0), f"group {group} has more rows than its ceiling")
            _in_order("roll", rows >= terms.k or (owner, group) in terms.small, f"group {group} has fewer rows than k")
        self._board.roll = index

    def _notice(self, entry: Notice) -> None:
        _in_order("notice", self._board.joined, "it comes before the board's join")
        self._board.withdrawn |= entry.about == "withdraw"

    def _outcome(self, index: int, entry: Outcome) -> None:
        board = self._board
        _in_order("outcome", board.owner.participant, "an observer has none")
        _in_order("outcome", (entry.vote, entry.id) == (self._terms.vote, board.owner.id), "it is of another vote or co-op")
        _in_order("outcome", entry.seal.good(board.owner.statement), "its signature is not good")
        # One that is too early, or a second one of a revision, is ignored in the order, and yet it is what its signer signed.
        board.outcomes.append((index, entry))
        _in_order("outcome", board.closed is not None, "it comes before closed")
        _in_order("outcome", entry.revision not in self._revisions, "it is the second of its revision")
        self._revisions.add(entry.revision)


def _allowed(choice: Choice, terms: Terms) -> bool:
    """Whether the terms let a ballot say this."""
    method, options = terms.rule.method, terms.options
    if method == "approval":
        return isinstance(choice, list) and set(choice) <= set(options) and _sorted_once(choice)
    if method == "score":
        return (
            isinstance(choice, dict)
            and set(choice) <= set(options)
            and all(0 <= one <= terms.rule.highest_score for one in choice.values())
        )
    return isinstance(choice, str) and (choice in options or (method == "plurality" and choice == ABSTAIN))


def _sorted_once(choice: list[str]) -> bool:
    written = [encode(one) for one in choice]
    return all(first < second for first, second in pairwise(written))


def _in_order(kind: str, holds: bool, why: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise _OutOfOrderError(f"{kind}: {why}")


def _kind(value: Json) -> str:
    kind = value.get("kind") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) and kind.isascii() and kind.isalpha() and len(kind) < 10 else "entry"
