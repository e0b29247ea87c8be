"""`kith vote cards` and `kith vote bundle`: write files about a vote."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.connection import connect
from scripts.cli.console import CommandError, ExitCode, print_note, print_result
from scripts.cli.progress import ProgressLine
from scripts.cli.refusal_messages import refusals_as_errors
from scripts.cli.vote_bundle import download_bundle
from scripts.cli.vote_cards import PRINT_FILE, write_cards
from scripts.cli.vote_lookup import find_vote_id

_VoteArgument = Annotated[str, typer.Argument(help="The first 8 or more digits of the vote's id; see kith vote list.", metavar="vote")]
_FolderOption = Annotated[Path, typer.Option(help="The co-op's data folder.")]
_JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]


def cards_command(
    vote: _VoteArgument,
    *,
    out: Annotated[Path, typer.Option(help="A folder for the cards.")],
    folder: _FolderOption = Path("kith-data"),
    as_json: _JsonOption = False,
) -> None:
    """Write everybody's card: a file for each member, and one page to print with all of them."""
    if out.exists() and not out.is_dir():
        raise CommandError("No cards were written.", f"{out} is not a folder.", "Name a folder.", ExitCode.USAGE)
    asyncio.run(_cards(folder, vote, out, as_json=as_json))


def bundle_command(
    vote: _VoteArgument,
    *,
    out: Annotated[Path, typer.Option(help="The file to write, such as vote.kith.")],
    pins: Annotated[
        Path | None, typer.Option(help="Also write the root fingerprints of the co-ops, as this co-op knows them, to this file.")
    ] = None,
    folder: _FolderOption = Path("kith-data"),
    as_json: _JsonOption = False,
) -> None:
    """Write the proof of a finished vote to a file that anyone can check with kith verify."""
    asyncio.run(_bundle(folder, vote, out, pins, as_json=as_json))


async def _cards(folder: Path, id_prefix: str, out: Path, *, as_json: bool) -> None:
    progress: list[ProgressLine] = []

    def on_progress(done: int, total: int) -> None:
        if not progress:
            progress.append(ProgressLine(total, "cards"))
        progress[0].update(done)

    async with connect(folder) as connection:
        vote_id = await find_vote_id(connection, id_prefix)
        with refusals_as_errors("No cards were written."):
            number = await write_cards(connection, vote_id, out, on_progress)
    for line in progress:
        line.clear()
    print_result(
        json.dumps({"schema": "kith.v1", "cards": number, "folder": str(out), "print": str(out / PRINT_FILE)})
        if as_json
        else str(out / PRINT_FILE)
    )
    print_note(
        f"{number} cards are in {out}, each named by member number; {PRINT_FILE} has all of them to print. "
        "Hand them out, and remove the files."
    )


async def _bundle(folder: Path, id_prefix: str, out: Path, pins: Path | None, *, as_json: bool) -> None:
    progress: list[ProgressLine] = []

    def on_progress(done: int, total: int) -> None:
        if not progress:
            progress.append(ProgressLine(total, "bytes"))
        progress[0].update(done)

    async with connect(folder) as connection:
        vote_id = await find_vote_id(connection, id_prefix)
        with refusals_as_errors("No bundle was written."):
            known = await download_bundle(connection, vote_id, out, on_progress)
    for line in progress:
        line.clear()
    if pins is not None:
        pins.write_bytes(known)
    size = out.stat().st_size
    print_result(json.dumps({"schema": "kith.v1", "bundle": str(out), "bytes": size, "pins": str(pins or "")}) if as_json else str(out))
    with_pins = f" --pins {pins}" if pins else ""
    print_note(f"{size:,} bytes. Check it: kith verify {out}{with_pins}")
    if pins:
        print_note("Whoever checks should not take the pins from you alone: let them compare the fingerprints with each co-op.")
