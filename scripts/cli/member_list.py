"""`kith member list` and `kith member show`: the register as the secretary sees it. Each access is recorded."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from kith.membership.v1 import membership_pb2 as membership
from libs.rpc.client import call_service
from scripts.cli.connection import connect
from scripts.cli.console import CommandError, ExitCode, print_note, print_result
from scripts.cli.member_csv import parse_day
from scripts.cli.register_lookup import find_person, list_members

SCHEMA = "kith.v1"
_FolderOption = Annotated[Path, typer.Option(help="The co-op's data folder.")]
_JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]


def list_command(
    *,
    folder: _FolderOption = Path("kith-data"),
    as_of: Annotated[str, typer.Option(help="Who was a member on this day, as 2024-03-31. Default: today.")] = "",
    member_class: Annotated[str, typer.Option("--class", help="Only this class, by its key.")] = "",
    as_json: _JsonOption = False,
) -> None:
    """List the members of a day by number."""
    day = parse_day(as_of)
    if day is None:
        raise CommandError("Nothing was listed.", f'"{as_of}" is no day.', "Write it as 2024-03-31.", ExitCode.USAGE)
    asyncio.run(_list(folder, day, member_class, as_json=as_json))


def show_command(
    number: Annotated[str, typer.Argument(help="A member number, or a person's id.")],
    *,
    folder: _FolderOption = Path("kith-data"),
    as_json: _JsonOption = False,
) -> None:
    """Show one member, with every class they were in."""
    asyncio.run(_show(folder, number, as_json=as_json))


async def _list(folder: Path, as_of: str, member_class: str, *, as_json: bool) -> None:
    async with connect(folder) as connection:
        members = [row async for row in list_members(connection, as_of, member_class)]
    if as_json:
        print_result(json.dumps({"schema": SCHEMA, "members": [_member_json(row) for row in members]}, ensure_ascii=False, indent=1))
        return
    for row in members:
        print_result(
            f"{row.member_number:>6}  {row.register_name:<32} {row.member_class:<16} {row.admitted_on}{'' if row.may_vote else '  no vote'}"
        )
    print_note(f"{len(members)} member{'' if len(members) == 1 else 's'}.")


async def _show(folder: Path, number: str, *, as_json: bool) -> None:
    async with connect(folder) as connection:
        person = await find_person(connection, number)
        request = membership.GetMemberRequest(person_id=str(person))
        member = (await call_service(connection.membership.GetMember, request, connection.secretary_token())).member
    if as_json:
        standings = [
            {"class": standing.member_class, "may_vote": standing.may_vote, "from": standing.from_day, "to": standing.to_day}
            for standing in member.standings
        ]
        print_result(json.dumps({"schema": SCHEMA, **_member_json(member), "standings": standings}, ensure_ascii=False, indent=1))
        return
    print_result(f"Member {member.member_number}: {member.register_name}")
    print_result(f"  {member.register_address or 'no address'}")
    print_result(f"  person {member.person_id}")
    for standing in member.standings:
        until = f"to {standing.to_day}" if standing.to_day else "on"
        print_result(f"  {standing.member_class}, from {standing.from_day} {until}, {'with' if standing.may_vote else 'without'} a vote")


def _member_json(member: membership.Member) -> dict[str, object]:
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
