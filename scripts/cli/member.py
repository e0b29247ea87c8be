"""`kith member`: admit members from a list, and look into the register."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.console import CommandError, ExitCode, say
from scripts.cli.member_columns import UnreadableFileError
from scripts.cli.member_file import BadRow, EmptyRow, Layout, Row, inspect, read
from scripts.cli.member_list import list_command, show_command

_AGAIN = "Run the same command again: it goes on from there and admits nobody twice."
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
        layout = inspect(file)
    except FileNotFoundError:
        raise CommandError("Nothing was imported.", f"There is no file {file}.", "Name a CSV file.", ExitCode.NOT_FOUND) from None
    except UnreadableFileError as error:
        raise CommandError(f"Nothing was imported from {file}.", error.why, error.fix, ExitCode.USAGE) from None
    except OSError as error:
        raise CommandError(f"Nothing was imported from {file}.", f"{error.strerror}.", "Name a CSV file.") from None
    if report is not None and report.exists() and report.samefile(file):
        raise CommandError("Nothing was imported.", "The report would be written over the list.", "Name another file.", ExitCode.USAGE)
    return asyncio.run(_import(folder, layout, read(file, layout), dry_run=dry_run, as_json=as_json, report=report))


async def _import(
    folder: Path, layout: Layout, rows: Iterator[Row | BadRow | EmptyRow], *, dry_run: bool, as_json: bool, report: Path | None
) -> int:
    from libs.refusals import Refusal
    from libs.rpc.wire import BrokenError
    from scripts.cli.door import door
    from scripts.cli.member_import import Import
    from scripts.cli.member_report import Line, Report
    from scripts.cli.progress import Progress

    async with door(folder) as open_door:
        lines = Report(sys.stdout, as_json=as_json, file=report)
        progress = Progress(layout.rows, "rows")

        def told(line: Line) -> None:
            progress.clear()
            lines.take(line)
            progress.at(line.row - 1)

        try:
            await Import(open_door, layout, told, dry_run=dry_run).run(rows)
        except (Refusal, BrokenError) as error:
            why = f"The co-op answered {error}. Until then: {lines.summary}."
            code = ExitCode.PARTIAL if lines.counts else ExitCode.UNAVAILABLE
            raise CommandError("The import was broken off.", why, _AGAIN, code) from error
        except BaseException:
            say(f"Broken off: {lines.summary}. {_AGAIN}")
            raise
        finally:
            progress.clear()
            lines.close()
    say(f"{'Nothing was changed. ' if dry_run else ''}{layout.rows} rows: {lines.summary}.")
    return lines.code
