"""`kith member`: admit members from a list, and look into the register."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.console import CommandError, ExitCode, print_note
from scripts.cli.member_csv import CsvLayout, EmptyRow, InvalidRow, MemberRow, inspect_file, read_rows
from scripts.cli.member_csv_header import UnreadableCsvError
from scripts.cli.member_list import list_command, show_command

_RUN_AGAIN = "Run the same command again: it goes on from there and admits nobody twice."
member_app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Admit members from a list, and look into the register. How to write a list: docs/how-to/import-members.md",
)
member_app.command("list")(list_command)
member_app.command("show")(show_command)


@member_app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(help="A CSV file with a member in each row.")],
    *,
    folder: Annotated[Path, typer.Option(help="The co-op's data folder.")] = Path("kith-data"),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen to each row, and change nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write the outcome of every row to this CSV file too.")] = None,
) -> int:
    """Admit members from a CSV file; says what became of every row. Run it again with the same file when it was broken off."""
    try:
        layout = inspect_file(file)
    except FileNotFoundError:
        raise CommandError("Nothing was imported.", f"There is no file {file}.", "Name a CSV file.", ExitCode.NOT_FOUND) from None
    except UnreadableCsvError as error:
        raise CommandError(f"Nothing was imported from {file}.", error.why, error.fix, ExitCode.USAGE) from None
    except OSError as error:
        raise CommandError(f"Nothing was imported from {file}.", f"{error.strerror}.", "Name a CSV file.") from None
    if report is not None and report.exists() and report.samefile(file):
        raise CommandError("Nothing was imported.", "The report would be written over the list.", "Name another file.", ExitCode.USAGE)
    return asyncio.run(_import(folder, layout, read_rows(file, layout), dry_run=dry_run, as_json=as_json, report=report))


async def _import(
    folder: Path, layout: CsvLayout, rows: Iterator[MemberRow | InvalidRow | EmptyRow], *, dry_run: bool, as_json: bool, report: Path | None
) -> int:
    from libs.refusals import Refusal
    from libs.rpc.refusal_status import InternalServerError
    from scripts.cli.connection import connect
    from scripts.cli.member_import import MemberImport
    from scripts.cli.member_import_report import ImportReport, RowResult
    from scripts.cli.progress import ProgressLine

    async with connect(folder) as connection:
        lines = ImportReport(sys.stdout, as_json=as_json, file=report)
        progress = ProgressLine(layout.rows, "rows")

        def on_result(line: RowResult) -> None:
            progress.clear()
            lines.add(line)
            progress.update(line.row - 1)

        try:
            await MemberImport(connection, layout, on_result, dry_run=dry_run).run(rows)
        except (Refusal, InternalServerError) as error:
            why = f"The co-op answered {error}. Until then: {lines.summary}."
            code = ExitCode.PARTIAL if lines.counts else ExitCode.UNAVAILABLE
            raise CommandError("The import was broken off.", why, _RUN_AGAIN, code) from error
        except BaseException:
            print_note(f"Broken off: {lines.summary}. {_RUN_AGAIN}")
            raise
        finally:
            progress.clear()
            lines.close()
    print_note(f"{'Nothing was changed. ' if dry_run else ''}{layout.rows} rows: {lines.summary}.")
    return lines.code
