"""Reads a list of members from a CSV file, row by row, so that a list of any length fits in memory.

The whole file is inspected before any row is used: errors that affect every row (the encoding, the header, an unclosed quote) reject the
file. An error in one row rejects only that row.

Rows are numbered as in a spreadsheet: the header is row 1.
"""

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TextIO

from libs import texts
from libs.texts.days import read_day
from scripts.cli import spreadsheet_damage
from scripts.cli.member_csv_encoding import require_utf8
from scripts.cli.member_csv_header import UnreadableCsvError, detect_delimiter, parse_header
from scripts.cli.usable_text import PROBLEM, TYPE_AGAIN
from services.identity.domain.person_details import PersonDetails
from services.membership.domain import member_number

_LONGEST_LINE = 100_000


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One member to admit, as in the file; `joined` is an ISO date or empty."""

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
class InvalidRow:
    """A row that cannot be imported: why, and what to do."""

    row: int
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class EmptyRow:
    """A row without content."""

    row: int


@dataclass(frozen=True, slots=True)
class CsvLayout:
    """The result of the inspection. `columns` are our column names in the file's order; empty for a column without a name."""

    delimiter: str
    columns: tuple[str, ...]
    rows: int
    digest: str
    """SHA-256 of the file, hex."""
    month_first_row: int = 0
    """The first row whose day of joining has the month first: then every day with slashes is in doubt. 0 if there is none."""


@dataclass(slots=True)
class _FirstOccurrences:
    """The row in which each value occurred first. Only hashes are kept."""

    rows: dict[int, int] = field(default_factory=dict)

    def first_row(self, row: int, *key: str) -> int | None:
        first = self.rows.setdefault(hash(key), row)
        return first if first != row else None


def inspect_file(path: Path) -> CsvLayout:
    """Inspects the whole file. Raises UnreadableCsvError or OSError."""
    require_utf8(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = file.readline(_LONGEST_LINE)
        delimiter = detect_delimiter(first)
        file.seek(0)
        columns: tuple[str, ...] = ()
        number = month_first_row = 0
        for number, cells in enumerate(_cells(file, delimiter), start=1):
            if number == 1:
                columns = parse_header(cells)
            elif not month_first_row and "joined" in columns and len(cells) > (at := columns.index("joined")):
                month_first_row = number if spreadsheet_damage.has_month_first(cells[at].strip()) else 0
    if number < 2:
        raise UnreadableCsvError("It holds no member.", "Write one member in each row under the header.")
    with path.open("rb") as binary:
        digest = hashlib.file_digest(binary, "sha256").hexdigest()
    return CsvLayout(delimiter, columns, number - 1, digest, month_first_row)


def read_rows(path: Path, layout: CsvLayout) -> Iterator[MemberRow | InvalidRow | EmptyRow]:
    """Yields every row under the header, in order."""
    seen = _FirstOccurrences()
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, cells in enumerate(_cells(file, layout.delimiter), start=1):
            if number > 1:
                yield _row(number, cells, layout, seen)


def _cells(file: TextIO, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(_lines(file), delimiter=delimiter, strict=True)
    while True:
        first_line = reader.line_num + 1
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            why = f"The row that begins at line {first_line} is not CSV: {error}."
            raise UnreadableCsvError(
                why, 'Look for a quote " that is opened and not closed, or write "" for a quote inside a cell.'
            ) from None


def _lines(file: TextIO) -> Iterator[str]:
    first = True
    while line := file.readline(_LONGEST_LINE):
        if first:
            # The encoding takes one byte order mark away; programs that join files leave a second.
            line, first = line.lstrip("\ufeff"), False
        if len(line) == _LONGEST_LINE:
            raise UnreadableCsvError(f"A line has more than {_LONGEST_LINE} characters.", "A list of members has one row for each of them.")
        if "\0" in line:
            raise UnreadableCsvError("It holds NUL bytes.", 'Save it from the spreadsheet again, as "CSV UTF-8".')
        yield line


def _row(number: int, cells: list[str], layout: CsvLayout, seen: _FirstOccurrences) -> MemberRow | InvalidRow | EmptyRow:
    columns, cells = layout.columns, [cell.strip() for cell in cells]
    if not any(cells):
        return EmptyRow(number)
    values = {column: cell for column, cell in zip(columns, cells, strict=False) if column}
    name = texts.clean(values.get("name", ""))
    problem = _cells_problem(cells, columns)
    if problem:
        return InvalidRow(number, name, problem)
    joined = parse_day(values.get("joined", ""))
    if joined is None:
        return InvalidRow(number, name, f'joined: "{values["joined"]}" is no day. Write it as 2024-03-31 or 31/03/2024.')
    damage = _damage(values, joined, layout)
    if damage:
        return InvalidRow(number, name, damage)
    row = MemberRow(
        row=number,
        number=values.get("number", ""),
        name=name,
        member_class=values.get("class", ""),
        joined=joined,
        address=values.get("address", ""),
        email=values.get("email", ""),
        phone=values.get("phone", ""),
        called=values.get("called", ""),
    )
    repeats = _duplicate_message(row, seen)
    return InvalidRow(number, name, repeats) if repeats else row


def _cells_problem(cells: list[str], columns: tuple[str, ...]) -> str:
    """What is wrong with the cells whatever they mean; empty if nothing is."""
    pairs = list(zip(columns, cells, strict=False))
    unusable = next((column or "a column without a name" for column, cell in pairs if not texts.is_usable(cell)), None)
    if unusable is not None:
        # The whole batch would be refused at the edge, and nobody could tell for which row.
        return f"{unusable}: it {PROBLEM}. {TYPE_AGAIN}"
    if len(cells) < len(columns) or any(cells[len(columns) :]):
        fix = "Put a cell that holds the delimiter in quotes, and give every column its delimiter."
        return f"it has {len(cells)} cells and the header has {len(columns)}. {fix}"
    if any(cell and not column for column, cell in pairs):
        return "it has a cell in a column without a name. Name the column, or empty the cell."
    return ""


def _damage(values: dict[str, str], joined: str, layout: CsvLayout) -> str:
    """What a spreadsheet did to the row; empty if nothing can be seen."""
    if layout.month_first_row and spreadsheet_damage.is_slash_day(values.get("joined", "")):
        why = f"row {layout.month_first_row} has a day with the month first, so nobody knows which comes first here"
        return f'joined: "{values["joined"]}" is in doubt: {why}. Write all days of the column as 2024-03-31.'
    return spreadsheet_damage.year_damage(joined) or spreadsheet_damage.phone_damage(values.get("phone", ""))


def _duplicate_message(row: MemberRow, seen: _FirstOccurrences) -> str:
    """The error if this row duplicates an earlier one; empty if not."""
    if row.number:
        first = seen.first_row(row.row, "number", member_number.sort_key(row.number))
        if first:
            return (
                f"number {row.number} stands in row {first} too. Give one of them another number, or leave it empty for the next free one."
            )
    person = PersonDetails(row.name, "", row.email, row.phone)
    identifiers = person.identifying_keys or ((person.name_key, row.address),)
    earlier_rows = [seen.first_row(row.row, *identifier) for identifier in identifiers]
    first = next((earlier for earlier in earlier_rows if earlier), None)
    if first:
        return f"it is the same person as row {first}. Take one of the two rows out; two people need each their own phone or e-mail."
    return ""


def parse_day(text: str) -> str | None:
    """Converts ISO or DD/MM/YYYY to an ISO date; empty for empty text; None if it is not a date."""
    if not text:
        return ""
    try:
        if "/" in text:
            return datetime.strptime(text, "%d/%m/%Y").date().isoformat()  # noqa: DTZ007 - a day has no zone
        return text if read_day(text) else None
    except ValueError:
        return None
