"""`kith vote cast`, `look-up` and `receipt`: what a member does, done for them at the command line, and written down as such."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from google.protobuf.json_format import MessageToDict

from scripts.cli.console import CommandError, ExitCode, result, say
from scripts.cli.door import door
from scripts.cli.register import person_of
from scripts.cli.vote_ballot import cast, found_in_words, look_up, receipt
from scripts.cli.vote_cards import write_private
from scripts.cli.vote_named import vote_id
from scripts.cli.vote_refusals import sentences

_Vote = Annotated[str, typer.Argument(help="The first 8 or more digits of the vote's id; see kith vote list.", metavar="vote")]
_Folder = Annotated[Path, typer.Option(help="The co-op's data folder.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]
_Member = Annotated[str, typer.Option("--as", help="The member's number.")]


def cast_command(
    vote: _Vote,
    *,
    member: _Member,
    choice: Annotated[list[str] | None, typer.Option(help="An option; several where the method allows, with =points for a score.")] = None,
    take_back: Annotated[bool, typer.Option("--take-back", help="Take the ballot back instead.")] = False,
    folder: _Folder = Path("kith-data"),
    as_json: _Json = False,
) -> None:
    """Cast a member's ballot, at their wish. Casting again replaces it, until the close."""
    if bool(choice) == take_back:
        raise CommandError("No ballot was cast.", "Say either --choice or --take-back.", "", ExitCode.USAGE)
    asyncio.run(_cast(folder, vote, member, choice or [], take_back=take_back, as_json=as_json))


def look_up_command(
    characters: Annotated[str, typer.Argument(help="The 16 characters of a card.")],
    *,
    vote: Annotated[str, typer.Option(help="Only in this vote. Default: in all.")] = "",
    folder: _Folder = Path("kith-data"),
    as_json: _Json = False,
) -> None:
    """Say what this co-op holds for the 16 characters of a card, of whichever co-op it is."""
    asyncio.run(_look_up(folder, characters, vote, as_json=as_json))


def receipt_command(
    vote: _Vote, *, member: _Member, out: Annotated[Path, typer.Option(help="The file to write.")], folder: _Folder = Path("kith-data")
) -> None:
    """Write the signed receipt of a member's last ballot to a file."""
    asyncio.run(_receipt(folder, vote, member, out))


async def _cast(folder: Path, said: str, member: str, choices: list[str], *, take_back: bool, as_json: bool) -> None:
    async with door(folder) as open_door:
        which = await vote_id(open_door, said)
        with sentences("No ballot was cast."):
            ballot = await cast(open_door, which, await person_of(open_door, member), choices, take_back=take_back)
    if as_json:
        result(json.dumps({"schema": "kith.v1", "ballot": MessageToDict(ballot)}, ensure_ascii=False, indent=1))
    else:
        result(f"It is {'taken back' if ballot.withdrawn else 'recorded'}, as {ballot.pseudonym}.")
        say("Recorded is not counted yet: the other co-ops must hold it too. Look it up at any of them: kith vote look-up")


async def _look_up(folder: Path, characters: str, vote: str, *, as_json: bool) -> None:
    async with door(folder) as open_door:
        which = await vote_id(open_door, vote) if vote else ""
        found = await look_up(open_door, characters, which)
    if as_json:
        result(json.dumps({"schema": "kith.v1", **MessageToDict(found)}, ensure_ascii=False, indent=1))
    else:
        result("\n".join(found_in_words(found)))


async def _receipt(folder: Path, said: str, member: str, out: Path) -> None:
    async with door(folder) as open_door:
        which = await vote_id(open_door, said)
        with sentences("No receipt was written."):
            write_private(out, await receipt(open_door, which, await person_of(open_door, member)))
    result(str(out))
    say("Check it against the bundle of the vote: kith verify BUNDLE --receipt FILE")
