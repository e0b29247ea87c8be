"""One party's board as far as it was read: what it says, its rows, and the code of every entry that does not count."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from scripts.verifier.entries import Choice, Closed, Notice, Ready
from scripts.verifier.merkle import MerkleTree
from scripts.verifier.terms import Party

BAD_FORM, OUT_OF_ORDER = "BAD_FORM", "OUT_OF_ORDER"
BEFORE_OPEN, NO_ROW, TOO_MANY, BAD_CHOICE = "BEFORE_OPEN", "NO_ROW", "TOO_MANY", "BAD_CHOICE"
REJECTION_CODES = (BAD_FORM, OUT_OF_ORDER, BEFORE_OPEN, NO_ROW, TOO_MANY, BAD_CHOICE)
NO_BALLOT, WITHDRAWN = -1, 0
"""Numbers of choices in `Rows` that are none."""
_NO_CUT = 2**63


class IgnoredEntry(NamedTuple):
    at: int
    code: str


class OpenedRow(NamedTuple):
    """A row that somebody has a card of."""

    group: str
    commitment: str


@dataclass(frozen=True)
class Watch:
    """What to look for while a board is read: nothing else of it is kept.

    `cut` is where counting ends; `pseudonyms` are those of cards and receipts, `indices` of entries that must be at hand, `data` the bytes
    of entries that must be on the board.
    """

    cut: int = _NO_CUT
    pseudonyms: frozenset[str] = frozenset()
    indices: frozenset[int] = frozenset()
    data: frozenset[bytes] = frozenset()


class Rows:
    """The rows of a board by pseudonym, each with its group and the last ballot that counts for it. A row takes about 150 bytes."""

    def __init__(self) -> None:
        self.numbers: dict[bytes, int] = {}
        self.groups = bytearray()
        self.ballots = bytearray()
        self.last_at = array("q")
        self.last_choice = array("i")
        self.choices: list[Choice | None] = [None]

    def close(self) -> None:
        """Makes room for ballots, once all rows are there."""
        rows = len(self.groups)
        self.ballots = bytearray(rows)
        self.last_at = array("q", [-1]) * rows
        self.last_choice = array("i", [NO_BALLOT]) * rows

    def last_ballot(self, pseudonym: str) -> tuple[int, Choice | None] | None:
        """Index and choice of the last ballot of a row without a code and below the cut; the choice is None where it withdraws."""
        number = self.numbers.get(pseudonym.encode())
        if number is None or not self.last_choice or self.last_choice[number] == NO_BALLOT:
            return None
        return self.last_at[number], self.choices[self.last_choice[number]]

    def count(self) -> Iterator[tuple[int, Choice, int]]:
        """(group, choice, number of rows) of everything that counts."""
        for (group, choice_number), rows in Counter(zip(self.groups, self.last_choice, strict=False)).items():
            choice = self.choices[choice_number] if choice_number > WITHDRAWN else None
            if choice is not None:
                yield group, choice, rows


@dataclass
class Board:
    """One party's board, read from its first entry to its last."""

    owner: Party
    group_names: tuple[str, ...] = ()
    size: int = 0
    joined: bool = False
    rows: Rows = field(default_factory=Rows)
    groups: Counter[str] = field(default_factory=Counter)
    roll: int | None = None
    ready: tuple[int, Ready] | None = None
    opened: int | None = None
    closed: Closed | None = None
    withdrawn: bool = False
    signed: set[tuple[int, bytes]] = field(default_factory=set)
    """(revision, hash) of every outcome that its participant signed here, in order or not."""
    notices: list[tuple[int, Notice]] = field(default_factory=list)
    counted_size: int = 0
    """The cut, trimmed to just after the last ballot below it, valid or not."""
    ballots_below_cut: int = 0
    opened_rows: dict[str, OpenedRow] = field(default_factory=dict)
    watched_entries: dict[int, bytes] = field(default_factory=dict)
    found: set[bytes] = field(default_factory=set)
    begins_with: bytes = b""
    roots: dict[int, str] = field(default_factory=dict)
    """The roots of the tree at the sizes that some check needs."""
    ignored_at: "array[int]" = field(default_factory=lambda: array("q"))
    ignored_codes: bytearray = field(default_factory=bytearray)
    _why: dict[str, str] = field(default_factory=dict)

    @property
    def ignored_count(self) -> int:
        return len(self.ignored_at)

    @property
    def ignored(self) -> Iterator[IgnoredEntry]:
        """Every entry that counts for nothing, in order."""
        return (IgnoredEntry(at, REJECTION_CODES[code]) for at, code in zip(self.ignored_at, self.ignored_codes, strict=True))

    def ignore(self, at: int, code: str, kind: str, why: str) -> None:
        self.ignored_at.append(at)
        self.ignored_codes.append(REJECTION_CODES.index(code))
        self._why.setdefault(kind, f"{kind}: {why}")

    def why_ignored(self, kind: str) -> str:
        """The reason why the first entry of this kind was ignored, or a note that there is none."""
        return self._why.get(kind, f"{kind}: there is none")

    def keep_roots(self, tree: MerkleTree, sizes: Iterable[int]) -> None:
        """Keeps the roots at these sizes, as far as the board has them."""
        self.roots = {size: tree.root(size) for size in sizes if size <= tree.size}

    def forget_rows(self) -> None:
        """Frees most of the memory, once the ballots are counted."""
        self.rows = Rows()
