"""`kith member`: admit members from a list, and look into the register as the secretary sees it. Each access is recorded."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.actions import CommandGroup, JsonOption, JsonResult, TextResult
from scripts.cli.console import CommandError, ExitCode, print_note
from scripts.cli.lazy_imports import lazy_imports
from scripts.cli.wording import plural

with lazy_imports():
    from kith.membership.v1 import membership_pb2 as membership
    from libs import refusals
    from libs.rpc import refusal_status
    from scripts.cli import connection, member_csv, member_csv_header, member_import, member_import_report, progress, register_lookup

_RUN_AGAIN = "Run the same command again: it goes on from there and admits nobody twice."
member_app = CommandGroup("Admit members from a list, and look into the register. How to write a list: docs/how-to/import-members.md")


def _check_day(*, as_of: str, **_others: object) -> None:
    if member_csv.parse_day(as_of) is None:
        raise CommandError("Nothing was listed.", f'"{as_of}" is no day.', "Write it as 2024-03-31.", ExitCode.USAGE)


@member_app.action("list", check=_check_day)
async def list_command(
    co_op: "connection.Connection",
    *,
    as_of: Annotated[str, typer.Option(help="Who was a member on this day, as 2024-03-31. Default: today.")] = "",
    member_class: Annotated[str, typer.Option("--class", help="Only this class, by its key.")] = "",
) -> JsonResult:
    """List the members of a day by number."""
    members = await register_lookup.list_members(co_op, member_csv.parse_day(as_of) or "", member_class)
    lines = (
        f"{row.member_number:>6}  {row.register_name:<32} {row.member_class:<16} {row.admitted_on}{'' if row.may_vote else '  no vote'}"
        for row in members
    )
    return JsonResult(lines, [f"{plural(len(members), 'member', 'members')}."], data={"members": [_member_json(row) for row in members]})


@member_app.action("show")
async def show_command(
    co_op: "connection.Connection", number: Annotated[str, typer.Argument(help="A member number, or a person's id.")]
) -> JsonResult:
    """Show one member, with every class they were in."""
    person = await register_lookup.find_person(co_op, number)
    member = (await co_op.as_secretary(co_op.membership.GetMember, membership.GetMemberRequest(person_id=str(person)))).member
    standings = [
        {"class": standing.member_class, "may_vote": standing.may_vote, "from": standing.from_day, "to": standing.to_day}
        for standing in member.standings
    ]
    return JsonResult(_member_lines(member), data={**_member_json(member), "standings": standings})


def _inspect_list(*, file: Path, report: Path | None = None, **_others: object) -> "member_csv.CsvLayout":
    try:
        layout = member_csv.inspect_file(file)
    except FileNotFoundError:
        raise CommandError("Nothing was imported.", f"There is no file {file}.", "Name a CSV file.", ExitCode.NOT_FOUND) from None
    except member_csv_header.UnreadableCsvError as error:
        raise CommandError(f"Nothing was imported from {file}.", error.why, error.fix, ExitCode.USAGE) from None
    except OSError as error:
        raise CommandError(f"Nothing was imported from {file}.", f"{error.strerror}.", "Name a CSV file.") from None
    if report is not None and report.exists() and report.samefile(file):
        raise CommandError("Nothing was imported.", "The report would be written over the list.", "Name another file.", ExitCode.USAGE)
    return layout


@member_app.action("import", check=_inspect_list)
async def import_command(
    co_op: "connection.Connection",
    file: Annotated[Path, typer.Argument(help="A CSV file with a member in each row.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen to each row, and change nothing.")] = False,
    as_json: JsonOption = False,
    report: Annotated[Path | None, typer.Option(help="Write the outcome of every row to this CSV file too.")] = None,
) -> TextResult:
    """Admit members from a CSV file; says what became of every row. Run it again with the same file when it was broken off."""
    layout = _inspect_list(file=file)
    outcomes = member_import_report.ImportReport(sys.stdout, layout.rows, as_json=as_json, file=report)
    bar = progress.ProgressLine(layout.rows, "rows")

    def on_result(result: "member_import_report.RowResult") -> None:
        if outcomes.prints(result):
            bar.clear()
        outcomes.add(result)
        bar.update(result.row - 1)

    try:
        await member_import.MemberImport(co_op, layout, on_result, dry_run=dry_run).run(member_csv.read_rows(file, layout))
    except (refusals.Refusal, refusal_status.InternalServerError) as error:
        why = f"The co-op answered {error}. Until then: {outcomes.summary}."
        code = ExitCode.PARTIAL if outcomes.counts else ExitCode.UNAVAILABLE
        raise CommandError("The import was broken off.", why, _RUN_AGAIN, code) from error
    except BaseException:
        print_note(f"Broken off: {outcomes.summary}. {_RUN_AGAIN}")
        raise
    finally:
        bar.clear()
        outcomes.close()
    return TextResult(
        (), [f"{'Nothing was changed. ' if dry_run else ''}{layout.rows} rows: {outcomes.summary}.", *outcomes.notes], outcomes.code
    )


def _member_lines(member: "membership.Member") -> Iterator[str]:
    yield f"Member {member.member_number}: {member.register_name}"
    yield f"  {member.register_address or 'no address'}"
    yield f"  person {member.person_id}"
    for standing in member.standings:
        until = f"to {standing.to_day}" if standing.to_day else "on"
        yield f"  {standing.member_class}, from {standing.from_day} {until}, {'with' if standing.may_vote else 'without'} a vote"


def _member_json(member: "membership.Member") -> dict[str, object]:
    return {
        "number": member.member_number,
        "name": member.register_name,
        "address": member.register_address,
        "class": member.member_class,
        "may_vote": member.may_vote,
        "admitted_on": member.admitted_on,
        "ended_on": member.ended_on,
        "person_id": member.person_id,
    }
