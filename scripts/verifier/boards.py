"""Checks 8 to 13: the entries of a board, their order, and the code of every entry that does not count."""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from scripts.verifier import entries
from scripts.verifier.board import (
    BAD_CHOICE,
    BAD_FORM,
    BEFORE_OPEN,
    NO_ROW,
    OUT_OF_ORDER,
    REJECTION_CODES,
    TOO_MANY,
    WITHDRAWN,
    Board,
    OpenedRow,
    Watch,
)
from scripts.verifier.canonical_json import Json, NotCanonicalJsonError, decode, encode
from scripts.verifier.entries import Ballot, Choice, Closed, Entry, Join, Notice, Open, Outcome, Ready, Roll, RollRow
from scripts.verifier.json_values import MalformedError
from scripts.verifier.terms import MAX_BALLOTS, Party, Terms
from scripts.verifier.vote_rule import ABSTAIN

# More notices of one board are passed over: each names evidence, and a bundle holds no more pieces.
_MAX_NOTICES = 1000
_BAD_FORM_NUMBER = REJECTION_CODES.index(BAD_FORM)
_FORBIDDEN = -2
# Entries longer than this are read anew each time, and so are more choices and more kinds of junk.
_HEX_DIGITS, _PSEUDONYM_LETTERS = b"0123456789abcdef", b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MAX_REMEMBERED_BYTES, _MAX_REMEMBERED = 128, 4096


def read_board(owner: Party, content: Iterable[bytes], terms: Terms, watch: Watch | None = None) -> Board:
    """Reads all entries. The first is the terms, and is not judged here."""
    reader = _BoardReader(owner, terms, watch if watch is not None else Watch())
    return reader.read(content)


class _OutOfOrderError(Exception):
    """The message is why the entry is out of order."""


class _BoardReader:
    def __init__(self, owner: Party, terms: Terms, watch: Watch) -> None:
        self._group_names = tuple(sorted(terms.groups))
        self._board = Board(owner, self._group_names)
        self._terms = terms
        self._watch = watch
        self._last_pseudonym = b""
        self._numbers = self._board.rows.numbers
        self._groups = self._board.rows.groups
        self._takes_rows = False
        self._revisions: set[int] = set()
        self._choice_numbers: dict[bytes, int] = {}
        self._group_numbers = {name.encode(): number for number, name in enumerate(self._group_names) if name not in terms.rule.excluded}
        self._row_groups = {b'","group":"%b","kind":"row","pseudonym":"' % name: number for name, number in self._group_numbers.items()}
        self._junk: dict[bytes, tuple[bool, str]] = {}

    def read(self, content: Iterable[bytes]) -> Board:
        board, watch, usual, add, index = self._board, self._watch, self._add_usual, self._add, -1
        at, codes, before = board.ignored_at, board.ignored_codes, None
        for index, data in enumerate(content):
            if data == before:
                # The same junk again, of which millions cost nothing to send.
                at.append(index)
                codes.append(_BAD_FORM_NUMBER)
            elif index == 0:
                board.begins_with = data
            elif not usual(index, data):
                add(index, data)
                if data in watch.data:
                    board.found.add(data)
                before = data if data in self._junk and not self._junk[data][0] else None
            if index in watch.indices:
                board.watched_entries[index] = data
        board.size = index + 1
        board.groups = self._rows_by_group()
        return board

    def _add_usual(self, index: int, data: bytes) -> bool:
        """Adds a ballot or a row that is written like others before it, which is nearly all of a board. `_add` adds the same, and more.

        A ballot is its choice between parts that never change, so that it is JSON bytes where its choice is known to be. So is a row, with
        its commitment, group and pseudonym. This is two thirds of a verifier's work, and is written to be quick.
        """
        name = data[-18:-2]
        if data[:10] == b'{"choice":':
            number, choice = self._numbers.get(name), self._choice_numbers.get(data[10:-48])
            board = self._board
            if number is None or choice is None or board.opened is None or board.closed is not None:
                return False
            if data[-48:-18] != b',"kind":"ballot","pseudonym":"' or data[-2:] != b'"}':
                return False
            self._add_ballot(index, number, choice)
            return True
        group = self._row_groups.get(data[79:-18])
        if group is None or not self._takes_rows or name <= self._last_pseudonym:
            return False
        if data[:15] != b'{"commitment":"' or data[-2:] != b'"}' or data[15:79].strip(_HEX_DIGITS) or name.strip(_PSEUDONYM_LETTERS):
            return False
        self._keep_row(name, group, data[15:79])
        return True

    def _add(self, index: int, data: bytes) -> None:
        board = self._board
        if data in self._junk:
            is_ballot, why = self._junk[data]
            self._note_ballot(index, is_ballot=is_ballot)
            board.ignore(index, BAD_FORM, "ballot" if is_ballot else "entry", why)
            return
        try:
            value = decode(data)
        except NotCanonicalJsonError as error:
            self._ignore_junk(index, data, f"it is no JSON bytes: {error}", is_ballot=False)
            return
        is_ballot = entries.is_ballot(value)
        try:
            entry = entries.read_entry(value)
        except MalformedError as error:
            self._note_ballot(index, is_ballot=is_ballot)
            if is_ballot or _kind_of(value) == "entry":
                self._ignore_junk(index, data, str(error), is_ballot=is_ballot)
            else:
                board.ignore(index, BAD_FORM, _kind_of(value), str(error))
            return
        if isinstance(entry, Ballot):
            self._add_read_ballot(index, entry)
            return
        try:
            self._add_in_order(index, entry)
        except _OutOfOrderError as error:
            board.ignore(index, OUT_OF_ORDER, _kind_of(value), str(error))

    def _ignore_junk(self, index: int, data: bytes, why: str, *, is_ballot: bool) -> None:
        """Ignores an entry of bad form, wherever it stands; the next with the same bytes is not read again."""
        self._board.ignore(index, BAD_FORM, "ballot" if is_ballot else "entry", why)
        if len(data) <= _MAX_REMEMBERED_BYTES and len(self._junk) < _MAX_REMEMBERED:
            self._junk[data] = is_ballot, why

    def _note_ballot(self, index: int, *, is_ballot: bool) -> None:
        if is_ballot and index < self._watch.cut:
            self._board.counted_size = index + 1
            self._board.ballots_below_cut += 1

    def _add_read_ballot(self, index: int, ballot: Ballot) -> None:
        board = self._board
        number = board.rows.numbers.get(ballot.pseudonym.encode())
        if board.opened is not None and board.closed is None and number is not None:
            self._add_ballot(index, number, self._choice_number(ballot.choice))
            return
        self._note_ballot(index, is_ballot=True)
        code = NO_ROW if board.opened is not None and board.closed is None else BEFORE_OPEN
        board.ignore(index, code, "ballot", code)

    def _choice_number(self, choice: "Choice | None") -> int:
        """The number of a choice among those of this board, or _FORBIDDEN."""
        if choice is None:
            return WITHDRAWN
        data = encode(choice)  # type: ignore[arg-type]  # a list of strings is a list of JSON, which mypy does not see
        known = self._choice_numbers.get(data)
        if known is not None:
            return known
        if not _is_allowed(choice, self._terms):
            if len(data) <= _MAX_REMEMBERED_BYTES and len(self._choice_numbers) < _MAX_REMEMBERED:
                self._choice_numbers[data] = _FORBIDDEN
            return _FORBIDDEN
        choices = self._board.rows.choices
        choices.append(choice)
        self._choice_numbers[data] = len(choices) - 1
        return len(choices) - 1

    def _add_ballot(self, index: int, number: int, choice: int) -> None:
        """Adds a ballot of a row in its place between `open` and `closed`."""
        board, rows = self._board, self._board.rows
        is_below = index < self._watch.cut
        if is_below:
            board.counted_size = index + 1
            board.ballots_below_cut += 1
        ballots = rows.ballots[number]
        if ballots == MAX_BALLOTS:
            board.ignore(index, TOO_MANY, "ballot", TOO_MANY)
            return
        rows.ballots[number] = ballots + 1
        if choice == _FORBIDDEN:
            board.ignore(index, BAD_CHOICE, "ballot", BAD_CHOICE)
        elif is_below:
            rows.last_at[number] = index
            rows.last_choice[number] = choice

    def _keep_row(self, pseudonym: bytes, group: int, commitment: bytes) -> None:
        self._last_pseudonym = pseudonym
        self._numbers[pseudonym] = len(self._groups)
        self._groups.append(group)
        if self._watch.pseudonyms and pseudonym.decode() in self._watch.pseudonyms:
            self._board.opened_rows[pseudonym.decode()] = OpenedRow(self._group_names[group], commitment.decode())

    def _add_in_order(self, index: int, entry: Entry) -> None:
        match entry:
            case Join():
                self._add_join(index, entry)
            case Notice():
                self._add_notice(index, entry)
            case Outcome():
                self._add_outcome(entry)
            case Closed():
                _require_order(self._board.joined, "it comes before the board's join")
                _require_order(self._board.closed is None, "it stands twice")
                self._board.closed = entry
                self._takes_rows = False
            case _:
                self._add_participant_entry(index, entry)

    def _add_participant_entry(self, index: int, entry: Entry) -> None:
        board = self._board
        _require_order(board.owner.participant, "an observer has none")
        _require_order(board.joined, "it comes before the board's join")
        _require_order(board.closed is None, "it comes after closed")
        match entry:
            case RollRow():
                self._add_row(entry)
            case Roll():
                self._add_roll(index, entry)
            case Ready():
                _require_order(board.roll is not None, "it comes before the roll")
                _require_order(board.ready is None, "it stands twice")
                _require_order(not board.withdrawn, "the co-op had withdrawn")
                board.ready = index, entry
            case Open():
                _require_order(board.ready is not None, "it comes before ready")
                _require_order(board.opened is None, "it stands twice")
                board.opened = index

    def _add_join(self, index: int, entry: Join) -> None:
        owner = self._board.owner
        _require_order(index == 1, "it is not the second entry")
        _require_order((entry.vote, entry.id) == (self._terms.vote, owner.id), "it is of another vote or co-op")
        _require_order(entry.signed.is_signed_by(owner.statement), "its signature is not good")
        self._board.joined = True
        self._takes_rows = owner.participant

    def _add_row(self, entry: RollRow) -> None:
        _require_order(self._board.roll is None, "it comes after the roll")
        _require_order(entry.pseudonym.encode() > self._last_pseudonym, "its pseudonym is not larger than the one before")
        group = self._group_numbers.get(entry.group.encode())
        _require_order(group is not None, "its group has no vote here")
        if group is not None:
            self._keep_row(entry.pseudonym.encode(), group, entry.commitment.encode())

    def _add_roll(self, index: int, entry: Roll) -> None:
        terms, owner = self._terms, self._board.owner.id
        _require_order(self._board.roll is None, "it stands twice")
        self._board.groups = self._rows_by_group()
        _require_order(entry.groups == self._board.groups, "it does not say what the rows say")
        for group, rows in entry.groups.items():
            _require_order(rows <= terms.ceilings.get((owner, group), 0), f"group {group} has more rows than its ceiling")
            _require_order(rows >= terms.k or (owner, group) in terms.small, f"group {group} has fewer rows than k")
        self._board.roll = index
        self._board.rows.close()
        self._takes_rows = False

    def _rows_by_group(self) -> Counter[str]:
        return Counter({self._group_names[group]: rows for group, rows in Counter(self._board.rows.groups).items()})

    def _add_notice(self, index: int, entry: Notice) -> None:
        board = self._board
        _require_order(board.joined, "it comes before the board's join")
        board.withdrawn |= entry.about == "withdraw"
        if entry.about in {"evidence", "objection"} and len(board.notices) < _MAX_NOTICES:
            board.notices.append((index, entry))

    def _add_outcome(self, entry: Outcome) -> None:
        board = self._board
        _require_order(board.owner.participant, "an observer has none")
        _require_order((entry.vote, entry.id) == (self._terms.vote, board.owner.id), "it is of another vote or co-op")
        _require_order(entry.signed.is_signed_by(board.owner.statement), "its signature is not good")
        # An early or duplicate outcome is ignored as out of order, but its signer did sign it.
        board.signed.add((entry.revision, bytes.fromhex(entry.hash)))
        _require_order(board.closed is not None, "it comes before closed")
        _require_order(entry.revision not in self._revisions, "it is the second of its revision")
        self._revisions.add(entry.revision)


def _is_allowed(choice: Choice, terms: Terms) -> bool:
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


def _require_order(holds: bool, why: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise _OutOfOrderError(why)


def _kind_of(value: Json) -> str:
    kind = value.get("kind") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) and kind.isascii() and kind.isalpha() and len(kind) < 10 else "entry"
