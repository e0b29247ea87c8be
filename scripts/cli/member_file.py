"""Reads a list of members from a CSV file, row by row, so that a list of any length fits in memory.

The whole file is looked through once before anything is taken from it: what makes every row doubtful (its encoding, its header, a quote
that never ends) refuses the file. What is wrong with one row refuses that row alone.

Rows are numbered as a spreadsheet shows them: the header is row 1.
"""

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TextIO

from scripts.cli.member_columns import UnreadableFileError, columns_of, delimiter_of
from scripts.cli.member_encoding import require_utf8
from services.identity.domain.particulars import Particulars
from services.membership.domain import member_number

_LONGEST_LINE = 100_000


@dataclass(frozen=True, slots=True)
class Row:
    """One member to admit, as the file says it; `joined` is an ISO date or empty."""

    row: int
    number: str
    name: str
    member_class: str
    joined: str = ""
    address: str = ""
    email: str = ""
    phone: str = ""
    called: str = ""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be asked for at all: why, and what to do."""

    row: int
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class EmptyRow:
    """A row with nothing in it."""

    row: int


@dataclass(frozen=True, slots=True)
class Layout:
    """What the first look found. `columns` holds our names in the file's order; empty for a column without a name."""

    delimiter: str
    columns: tuple[str, ...]
    rows: int
    digest: str
    """SHA-256 of the file, hex."""


@dataclass(slots=True)
class _Seen:
    """Which row said a thing first. Only hashes are kept."""

    rows: dict[int, int] = field(default_factory=dict)

    def before(self, row: int, *what: str) -> int | None:
        first = self.rows.setdefault(hash(what), row)
        return first if first != row else None


def inspect(path: Path) -> Layout:
    """Looks through the whole file. Raises UnreadableFileError, or OSError."""
    require_utf8(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = file.readline(_LONGEST_LINE)
        delimiter = delimiter_of(first)
        file.seek(0)
        columns: tuple[str, ...] = ()
        number = 0
        for number, cells in enumerate(_cells(file, delimiter), start=1):
            if number == 1:
                columns = columns_of(cells)
    if number < 2:
        raise UnreadableFileError("It holds no member.", "Write one member in each row under the header.")
    with path.open("rb") as binary:
        digest = hashlib.file_digest(binary, "sha256").hexdigest()
    return Layout(delimiter, columns, number - 1, digest)


def read(path: Path, layout: Layout) -> Iterator[Row | BadRow | EmptyRow]:
    """Every row under the header, in order."""
    seen = _Seen()
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, cells in enumerate(_cells(file, layout.delimiter), start=1):
            if number > 1:
                yield _row(number, cells, layout.columns, seen)


def _cells(file: TextIO, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(_lines(file), delimiter=delimiter, strict=True)
    while True:
        began = reader.line_num + 1
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            why = f"The row that begins at line {began} is not CSV: {error}."
            raise UnreadableFileError(
                why, 'Look for a quote " that is opened and not closed, or write "" for a quote inside a cell.'
            ) from None


def _lines(file: TextIO) -> Iterator[str]:
    while line := file.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE:
            raise UnreadableFileError(
                f"A line has more than {_LONGEST_LINE} characters.", "A list of members has one row for each of them."
            )
        if "\0" in line:
            raise UnreadableFileError("It holds NUL bytes.", 'Save it from the spreadsheet again, as "CSV UTF-8".')
        yield line


def _row(number: int, cells: list[str], columns: tuple[str, ...], seen: _Seen) -> Row | BadRow | EmptyRow:
    cells = [cell.strip() for cell in cells]
    if not any(cells):
        return EmptyRow(number)
    said = {column: cell for column, cell in zip(columns, cells, strict=False) if column}
    name = said.get("name", "")
    if len(cells) < len(columns) or any(cells[len(columns) :]):
        fix = "Put a cell that holds the delimiter in quotes, and give every column its delimiter."
        return BadRow(number, name, f"it has {len(cells)} cells and the header has {len(columns)}. {fix}")
    stray = next((cell for column, cell in zip(columns, cells, strict=False) if cell and not column), None)
    if stray is not None:
        return BadRow(number, name, "it has a cell in a column without a name. Name the column, or empty the cell.")
    joined = day_of(said.get("joined", ""))
    if joined is None:
        return BadRow(number, name, f'joined: "{said["joined"]}" is no day. Write it as 2024-03-31 or 31/03/2024.')
    row = Row(
        row=number,
        number=said.get("number", ""),
        name=name,
        member_class=said.get("class", ""),
        joined=joined,
        address=said.get("address", ""),
        email=said.get("email", ""),
        phone=said.get("phone", ""),
        called=said.get("called", ""),
    )
    repeats = _repeats(row, seen)
    return BadRow(number, name, repeats) if repeats else row


def _repeats(row: Row, seen: _Seen) -> str:
    """Why this row says again what an earlier one said; empty when it does not."""
    if row.number:
        first = seen.before(row.row, "number", member_number.order(row.number))
        if first:
            return (
                f"number {row.number} stands in row {first} too. Give one of them another number, or leave it empty for the next free one."
            )
    person = Particulars(row.name, "", row.email, row.phone)
    marks = person.marks or ((person.name_key, row.address),)
    known = [seen.before(row.row, *mark) for mark in marks]
    first = next((one for one in known if one), None)
    if first:
        return f"it is the same person as row {first}. Take one of the two rows out; two people need each their own phone or e-mail."
    return ""


def day_of(said: str) -> str | None:
    """A day as ISO, from ISO or DD/MM/YYYY; empty for nothing said; None when it is no day."""
    if not said:
        return ""
    try:
        if "/" in said:
            return datetime.strptime(said, "%d/%m/%Y").date().isoformat()  # noqa: DTZ007 - a day has no zone
        return said if date.fromisoformat(said).isoformat() == said else None
    except ValueError:
        return None
