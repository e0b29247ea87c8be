"""`kith member list` and `kith member show`: the register as the secretary sees it. Each look is written down."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from kith.membership.v1 import membership_pb2 as membership
from libs.rpc.client import ask
from scripts.cli.console import CommandError, ExitCode, result, say
from scripts.cli.door import door
from scripts.cli.member_file import day_of
from scripts.cli.register import members, person_of

SCHEMA = "kith.v1"
_Folder = Annotated[Path, typer.Option(help="The co-op's data folder.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]


def list_command(
    *,
    folder: _Folder = Path("kith-data"),
    as_of: Annotated[str, typer.Option(help="Who was a member on this day, as 2024-03-31. Default: today.")] = "",
    member_class: Annotated[str, typer.Option("--class", help="Only this class, by its key.")] = "",
    as_json: _Json = False,
) -> None:
    """List the members of a day by number."""
    day = day_of(as_of)
    if day is None:
        raise CommandError("Nothing was listed.", f'"{as_of}" is no day.', "Write it as 2024-03-31.", ExitCode.USAGE)
    asyncio.run(_list(folder, day, member_class, as_json=as_json))


def show_command(
    number: Annotated[str, typer.Argument(help="A member number, or a person's id.")],
    *,
    folder: _Folder = Path("kith-data"),
    as_json: _Json = False,
) -> None:
    """Show one member, with every class they were in."""
    asyncio.run(_show(folder, number, as_json=as_json))


async def _list(folder: Path, as_of: str, member_class: str, *, as_json: bool) -> None:
    async with door(folder) as open_door:
        found = [one async for one in members(open_door, as_of, member_class)]
    if as_json:
        result(json.dumps({"schema": SCHEMA, "members": [_as_json(one) for one in found]}, ensure_ascii=False, indent=1))
        return
    for one in found:
        result(
            f"{one.member_number:>6}  {one.register_name:<32} {one.member_class:<16} {one.admitted_on}{'' if one.may_vote else '  no vote'}"
        )
    say(f"{len(found)} member{'' if len(found) == 1 else 's'}.")


async def _show(folder: Path, number: str, *, as_json: bool) -> None:
    async with door(folder) as open_door:
        person = await person_of(open_door, number)
        asked = membership.GetMemberRequest(person_id=str(person))
        member = (await ask(open_door.membership.GetMember, asked, open_door.secretary())).member
    if as_json:
        standings = [
            {"class": one.member_class, "may_vote": one.may_vote, "from": one.from_day, "to": one.to_day} for one in member.standings
        ]
        result(json.dumps({"schema": SCHEMA, **_as_json(member), "standings": standings}, ensure_ascii=False, indent=1))
        return
    result(f"Member {member.member_number}: {member.register_name}")
    result(f"  {member.register_address or 'no address'}")
    result(f"  person {member.person_id}")
    for one in member.standings:
        until = f"to {one.to_day}" if one.to_day else "on"
        result(f"  {one.member_class}, from {one.from_day} {until}, {'with' if one.may_vote else 'without'} a vote")


def _as_json(one: membership.Member) -> dict[str, object]:
    return {
        "number": one.member_number,
        "name": one.register_name,
        "address": one.register_address,
        "class": one.member_class,
        "may_vote": one.may_vote,
        "admitted_on": one.admitted_on,
        "ended_on": one.ended_on,
        "person_id": one.person_id,
    }
