"""What `kith member import` says about each row: a line, a line of JSON, or a row of a report file."""

import csv
import json
import os
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TextIO

from scripts.cli.console import ExitCode


class Outcome(StrEnum):
    """What became of a row."""

    ADMITTED = "admitted"
    WOULD_ADMIT = "would be admitted"
    ALREADY = "already a member"
    REFUSED = "refused"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Line:
    """One row's outcome. `why` is for a refused row: what is wrong and what to do."""

    row: int
    outcome: Outcome
    name: str = ""
    number: str = ""
    why: str = ""

    @property
    def sentence(self) -> str:
        if self.outcome is Outcome.ADMITTED:
            return f"row {self.row}: admitted as member {self.number}"
        if self.outcome is Outcome.WOULD_ADMIT:
            return f"row {self.row}: would be admitted" + (f" as member {self.number}" if self.number else "")
        if self.outcome is Outcome.ALREADY:
            return f"row {self.row}: already a member" + (f", number {self.number}" if self.number else "")
        return f"row {self.row}: refused: {self.why}" if self.outcome is Outcome.REFUSED else f"row {self.row}: empty, passed over"


class Report:
    """Takes every line once, in order, and counts."""

    def __init__(self, out: TextIO, *, as_json: bool, file: Path | None) -> None:
        self.counts: Counter[Outcome] = Counter()
        self._out = out
        self._json = as_json
        self._file = _open(file) if file else None
        self._csv = csv.writer(self._file) if self._file else None
        if self._csv:
            self._csv.writerow(["row", "name", "outcome", "member number", "why"])
        if as_json:
            self._out.write('{"schema": "kith.v1", "rows": [')

    def take(self, line: Line) -> None:
        if self._json:
            comma = "," if self.counts else ""
            said = {"row": line.row, "outcome": line.outcome.replace(" ", "_"), "number": line.number, "why": line.why}
            self._out.write(f"{comma}\n {json.dumps(said, ensure_ascii=False)}")
        else:
            self._out.write(line.sentence + "\n")
        if self._csv:
            self._csv.writerow([line.row, plain_cell(line.name), line.outcome.value, plain_cell(line.number), plain_cell(line.why)])
        self.counts[line.outcome] += 1

    def close(self) -> None:
        if self._json:
            counts = {one.replace(" ", "_"): self.counts[one] for one in Outcome}
            self._out.write(f"\n],\n {json.dumps(counts)[1:-1]}}}\n")
        if self._file:
            self._file.close()

    @property
    def summary(self) -> str:
        said = [f"{self.counts[one]} {one.value}" for one in Outcome if self.counts[one]]
        return ", ".join(said) or "no rows"

    @property
    def code(self) -> ExitCode:
        """0: every row's person is a member now, or would be; 7: some; 1: none."""
        good = self.counts[Outcome.ADMITTED] + self.counts[Outcome.WOULD_ADMIT] + self.counts[Outcome.ALREADY]
        if not self.counts[Outcome.REFUSED] and good:
            return ExitCode.OK
        return ExitCode.PARTIAL if good else ExitCode.FAILED


def plain_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text


def _open(file: Path) -> TextIO:
    """The report holds names: it is for whoever wrote it alone."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8-sig", newline="")
