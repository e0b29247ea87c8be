"""`kith vote cards` and `kith vote bundle`: what a vote leaves behind in files."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.console import CommandError, ExitCode, result, say
from scripts.cli.door import door
from scripts.cli.progress import Progress
from scripts.cli.vote_bundle import fetch
from scripts.cli.vote_cards import PRINT, write_cards
from scripts.cli.vote_named import vote_id
from scripts.cli.vote_refusals import sentences

_Vote = Annotated[str, typer.Argument(help="The first 8 or more digits of the vote's id; see kith vote list.", metavar="vote")]
_Folder = Annotated[Path, typer.Option(help="The co-op's data folder.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]


def cards_command(
    vote: _Vote,
    *,
    out: Annotated[Path, typer.Option(help="A folder for the cards.")],
    folder: _Folder = Path("kith-data"),
    as_json: _Json = False,
) -> None:
    """Write everybody's card: a file for each member, and one page to print with all of them."""
    if out.exists() and not out.is_dir():
        raise CommandError("No cards were written.", f"{out} is not a folder.", "Name a folder.", ExitCode.USAGE)
    asyncio.run(_cards(folder, vote, out, as_json=as_json))


def bundle_command(
    vote: _Vote,
    *,
    out: Annotated[Path, typer.Option(help="The file to write, such as vote.kith.")],
    pins: Annotated[
        Path | None, typer.Option(help="Also write the root fingerprints of the co-ops, as this co-op knows them, to this file.")
    ] = None,
    folder: _Folder = Path("kith-data"),
    as_json: _Json = False,
) -> None:
    """Write the proof of a finished vote to a file that anyone can check with kith verify."""
    asyncio.run(_bundle(folder, vote, out, pins, as_json=as_json))


async def _cards(folder: Path, said: str, out: Path, *, as_json: bool) -> None:
    progress: list[Progress] = []

    def told(done: int, whole: int) -> None:
        if not progress:
            progress.append(Progress(whole, "cards"))
        progress[0].at(done)

    async with door(folder) as open_door:
        which = await vote_id(open_door, said)
        with sentences("No cards were written."):
            number = await write_cards(open_door, which, out, told)
    for one in progress:
        one.clear()
    result(
        json.dumps({"schema": "kith.v1", "cards": number, "folder": str(out), "print": str(out / PRINT)}) if as_json else str(out / PRINT)
    )
    say(f"{number} cards are in {out}, each named by member number; {PRINT} has all of them to print. Hand them out, and remove the files.")


async def _bundle(folder: Path, said: str, out: Path, pins: Path | None, *, as_json: bool) -> None:
    progress: list[Progress] = []

    def told(done: int, whole: int) -> None:
        if not progress:
            progress.append(Progress(whole, "bytes"))
        progress[0].at(done)

    async with door(folder) as open_door:
        which = await vote_id(open_door, said)
        with sentences("No bundle was written."):
            known = await fetch(open_door, which, out, told)
    for one in progress:
        one.clear()
    if pins is not None:
        pins.write_bytes(known)
    size = out.stat().st_size
    result(json.dumps({"schema": "kith.v1", "bundle": str(out), "bytes": size, "pins": str(pins or "")}) if as_json else str(out))
    with_pins = f" --pins {pins}" if pins else ""
    say(f"{size:,} bytes. Check it: kith verify {out}{with_pins}")
    if pins:
        say("Whoever checks should not take the pins from you alone: let them compare the fingerprints with each co-op.")
