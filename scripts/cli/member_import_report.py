"""The output of `kith member import` for each row: a line of text or JSON, and a row of the report file."""

import csv
import json
import os
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TextIO

from scripts.cli.console import ExitCode


class RowOutcome(StrEnum):
    """What happened to a row."""

    ADMITTED = "admitted"
    WOULD_ADMIT = "would be admitted"
    ALREADY = "already a member"
    REFUSED = "refused"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class RowResult:
    """The outcome of one row. `why` is for a refused row: what is wrong and what to do."""

    row: int
    outcome: RowOutcome
    name: str = ""
    number: str = ""
    why: str = ""

    @property
    def sentence(self) -> str:
        if self.outcome is RowOutcome.ADMITTED:
            return f"row {self.row}: admitted as member {self.number}"
        if self.outcome is RowOutcome.WOULD_ADMIT:
            return f"row {self.row}: would be admitted" + (f" as member {self.number}" if self.number else "")
        if self.outcome is RowOutcome.ALREADY:
            return f"row {self.row}: already a member" + (f", number {self.number}" if self.number else "")
        return f"row {self.row}: refused: {self.why}" if self.outcome is RowOutcome.REFUSED else f"row {self.row}: empty, passed over"


SHORT_LIST = 20
"""Of a list of more rows only the refused ones are printed: what went well is a number then, and a row of the report file."""


class ImportReport:
    """Writes the rows' results, in order, and counts the outcomes. JSON and the report file have every row."""

    def __init__(self, out: TextIO, rows: int, *, as_json: bool, file: Path | None) -> None:
        self.counts: Counter[RowOutcome] = Counter()
        self._out = out
        self._long = rows > SHORT_LIST
        self._json = as_json
        self._file = _open(file) if file else None
        self._csv = csv.writer(self._file) if self._file else None
        if self._csv:
            self._csv.writerow(["row", "name", "outcome", "member number", "why"])
        if as_json:
            self._out.write('{"schema": "kith.v1", "rows": [')

    def prints(self, line: RowResult) -> bool:
        """Whether the row has a line of its own on the screen."""
        return self._json or not self._long or line.outcome is RowOutcome.REFUSED

    def add(self, line: RowResult) -> None:
        if self._json:
            comma = "," if self.counts else ""
            fields = {"row": line.row, "outcome": line.outcome.replace(" ", "_"), "number": line.number, "why": line.why}
            self._out.write(f"{comma}\n {json.dumps(fields, ensure_ascii=False)}")
        elif self.prints(line):
            self._out.write(line.sentence + "\n")
        if self._csv:
            self._csv.writerow(
                [line.row, escape_formula(line.name), line.outcome.value, escape_formula(line.number), escape_formula(line.why)]
            )
        self.counts[line.outcome] += 1

    def close(self) -> None:
        if self._json:
            counts = {outcome.replace(" ", "_"): self.counts[outcome] for outcome in RowOutcome}
            self._out.write(f"\n],\n {json.dumps(counts)[1:-1]}}}\n")
        if self._file:
            self._file.close()

    @property
    def summary(self) -> str:
        parts = [f"{self.counts[outcome]} {outcome.value}" for outcome in RowOutcome if self.counts[outcome]]
        return ", ".join(parts) or "no rows"

    @property
    def notes(self) -> list[str]:
        """Where the rows are that were not printed."""
        if self._json or not self._long:
            return []
        return [
            "The report has every row." if self._file else "Every row's outcome, such as new member numbers: name a file with --report."
        ]

    @property
    def code(self) -> ExitCode:
        """0: every row's person is now a member, or would be; 7: some are; 1: none is."""
        good = self.counts[RowOutcome.ADMITTED] + self.counts[RowOutcome.WOULD_ADMIT] + self.counts[RowOutcome.ALREADY]
        if not self.counts[RowOutcome.REFUSED] and good:
            return ExitCode.OK
        return ExitCode.PARTIAL if good else ExitCode.FAILED


def escape_formula(text: str) -> str:
    """Escapes a cell that a spreadsheet would take for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text


def _open(file: Path) -> TextIO:
    """Opens the report for its owner alone, because it contains names."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8-sig", newline="")
