"""`kith vote cast`, `look-up` and `receipt`: a member's actions, carried out for them at the command line and recorded as such."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from google.protobuf.json_format import MessageToDict

from scripts.cli.connection import connect
from scripts.cli.console import CommandError, ExitCode, print_note, print_result
from scripts.cli.refusal_messages import refusals_as_errors
from scripts.cli.register_lookup import find_person
from scripts.cli.vote_ballot import cast_ballot, get_receipt, look_up_ballot, lookup_lines
from scripts.cli.vote_cards import write_private_file
from scripts.cli.vote_lookup import find_vote_id

_VoteArgument = Annotated[str, typer.Argument(help="The first 8 or more digits of the vote's id; see kith vote list.", metavar="vote")]
_FolderOption = Annotated[Path, typer.Option(help="The co-op's data folder.")]
_JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]
_MemberOption = Annotated[str, typer.Option("--as", help="The member's number.")]


def cast_command(
    vote: _VoteArgument,
    *,
    member: _MemberOption,
    choice: Annotated[list[str] | None, typer.Option(help="An option; several where the method allows, with =points for a score.")] = None,
    take_back: Annotated[bool, typer.Option("--take-back", help="Take the ballot back instead.")] = False,
    folder: _FolderOption = Path("kith-data"),
    as_json: _JsonOption = False,
) -> None:
    """Cast a member's ballot, at their wish. Casting again replaces it, until the close."""
    if bool(choice) == take_back:
        raise CommandError("No ballot was cast.", "Say either --choice or --take-back.", "", ExitCode.USAGE)
    asyncio.run(_cast(folder, vote, member, choice or [], take_back=take_back, as_json=as_json))


def look_up_command(
    characters: Annotated[str, typer.Argument(help="The 16 characters of a card.")],
    *,
    vote: Annotated[str, typer.Option(help="Only in this vote. Default: in all.")] = "",
    folder: _FolderOption = Path("kith-data"),
    as_json: _JsonOption = False,
) -> None:
    """Say what this co-op holds for the 16 characters of a card, of whichever co-op it is."""
    asyncio.run(_look_up(folder, characters, vote, as_json=as_json))


def receipt_command(
    vote: _VoteArgument,
    *,
    member: _MemberOption,
    out: Annotated[Path, typer.Option(help="The file to write.")],
    folder: _FolderOption = Path("kith-data"),
) -> None:
    """Write the signed receipt of a member's last ballot to a file."""
    asyncio.run(_receipt(folder, vote, member, out))


async def _cast(folder: Path, id_prefix: str, member: str, choices: list[str], *, take_back: bool, as_json: bool) -> None:
    async with connect(folder) as connection:
        vote_id = await find_vote_id(connection, id_prefix)
        with refusals_as_errors("No ballot was cast."):
            ballot = await cast_ballot(connection, vote_id, await find_person(connection, member), choices, take_back=take_back)
    if as_json:
        print_result(json.dumps({"schema": "kith.v1", "ballot": MessageToDict(ballot)}, ensure_ascii=False, indent=1))
    else:
        print_result(f"It is {'taken back' if ballot.withdrawn else 'recorded'}, as {ballot.pseudonym}.")
        print_note("Recorded is not counted yet: the other co-ops must hold it too. Look it up at any of them: kith vote look-up")


async def _look_up(folder: Path, characters: str, vote: str, *, as_json: bool) -> None:
    async with connect(folder) as connection:
        vote_id = await find_vote_id(connection, vote) if vote else ""
        response = await look_up_ballot(connection, characters, vote_id)
    if as_json:
        print_result(json.dumps({"schema": "kith.v1", **MessageToDict(response)}, ensure_ascii=False, indent=1))
    else:
        print_result("\n".join(lookup_lines(response)))


async def _receipt(folder: Path, id_prefix: str, member: str, out: Path) -> None:
    async with connect(folder) as connection:
        vote_id = await find_vote_id(connection, id_prefix)
        with refusals_as_errors("No receipt was written."):
            write_private_file(out, await get_receipt(connection, vote_id, await find_person(connection, member)))
    print_result(str(out))
    print_note("Check it against the bundle of the vote: kith verify BUNDLE --receipt FILE")
