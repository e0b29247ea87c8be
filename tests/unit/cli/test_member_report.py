"""Every row of an import has its line, in words, as JSON and in a file no spreadsheet can be tricked by."""

import csv
import io
import json
from pathlib import Path

from scripts.cli.console import ExitCode
from scripts.cli.member_import_report import ImportReport, RowOutcome, RowResult
from scripts.cli.member_row_messages import row_message, unknown_class_message

LINES = (
    RowResult(2, RowOutcome.ADMITTED, "Ada Lantern", "112"),
    RowResult(3, RowOutcome.REFUSED, "=HYPERLINK(1)", why="it has no class. Write one of worker."),
    RowResult(4, RowOutcome.ALREADY, "Hal Mitten", "7"),
    RowResult(5, RowOutcome.EMPTY),
)


def report_of(*lines: RowResult, as_json: bool = False, file: Path | None = None, rows: int = 4) -> tuple[str, ImportReport]:
    out = io.StringIO()
    report = ImportReport(out, rows, as_json=as_json, file=file)
    for line in lines:
        report.add(line)
    report.close()
    return out.getvalue(), report


def test_every_row_has_a_line() -> None:
    assert report_of(*LINES)[0].splitlines() == [
        "row 2: admitted as member 112",
        "row 3: refused: it has no class. Write one of worker.",
        "row 4: already a member, number 7",
        "row 5: empty, passed over",
    ]


def test_of_a_long_list_the_refused_rows_are_printed_and_the_others_counted(tmp_path: Path) -> None:
    file = tmp_path / "report.csv"
    printed, report = report_of(*LINES, rows=300, file=file)
    assert printed.splitlines() == ["row 3: refused: it has no class. Write one of worker."]
    assert report.summary == "1 admitted, 1 already a member, 1 refused, 1 empty"
    assert report.notes == ["The report has every row."]
    assert [row[0] for row in csv.reader(file.read_text(encoding="utf-8-sig").splitlines())] == ["row", "2", "3", "4", "5"]
    assert "--report" in report_of(*LINES, rows=300)[1].notes[0]
    assert report_of(*LINES)[1].notes == []
    assert len(json.loads(report_of(*LINES, rows=300, as_json=True)[0])["rows"]) == 4


def test_the_exit_code_tells_all_some_or_none() -> None:
    assert report_of(LINES[0], LINES[2], LINES[3])[1].code is ExitCode.OK
    assert report_of(*LINES)[1].code is ExitCode.PARTIAL
    assert report_of(LINES[1])[1].code is ExitCode.FAILED
    assert report_of(LINES[3])[1].code is ExitCode.FAILED


def test_the_json_can_be_read_and_counts() -> None:
    fields = json.loads(report_of(*LINES, as_json=True)[0])
    assert [field["outcome"] for field in fields["rows"]] == ["admitted", "refused", "already_a_member", "empty"]
    assert (fields["admitted"], fields["refused"]) == (1, 1)
    assert json.loads(report_of(as_json=True)[0])["rows"] == []


def test_no_cell_of_the_report_is_a_formula_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "report.csv"
    names = ["=1+1", "+44", "-x", "@sum", "\tx", "Ada"]
    report_of(*(RowResult(row, RowOutcome.REFUSED, name, why="no") for row, name in enumerate(names, start=2)), file=file)
    rows = list(csv.reader(file.read_text(encoding="utf-8-sig").splitlines()))
    assert [row[1] for row in rows[1:]] == ["'=1+1", "'+44", "'-x", "'@sum", "'\tx", "Ada"]
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_class_that_is_not_there_is_named_with_the_nearest() -> None:
    assert unknown_class_message("Wroker", ["supported", "worker"]) == 'there is no class "Wroker". Did you mean "worker"?'
    assert unknown_class_message("", ["supported", "worker"]) == "it has no class. Write one of supported, worker."


def test_a_reason_without_a_sentence_is_still_told() -> None:
    assert row_message("MOON_IS_FULL", "name") == "moon is full (name). Put it right and import again."
