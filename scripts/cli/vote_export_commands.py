"""`kith vote cards` and `kith vote bundle`: write files about a vote."""

from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.actions import JsonResult, VoteArgument
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.lazy_imports import lazy_imports
from scripts.cli.vote import vote_app

with lazy_imports():
    from scripts.cli import connection, progress, vote_bundle, vote_cards, vote_lookup


def _check_folder(*, out: Path, **_others: object) -> None:
    if out.exists() and not out.is_dir():
        raise CommandError("No cards were written.", f"{out} is not a folder.", "Name a folder.", ExitCode.USAGE)


@vote_app.action("cards", failed="No cards were written.", check=_check_folder)
async def cards_command(
    co_op: "connection.Connection", vote: VoteArgument, *, out: Annotated[Path, typer.Option(help="A folder for the cards.")]
) -> JsonResult:
    """Write everybody's card: a file for each member, and one page to print with all of them."""
    vote_id = await vote_lookup.find_vote_id(co_op, vote)
    with progress.progress_of("cards") as on_progress:
        number = await vote_cards.write_cards(co_op, vote_id, out, on_progress)
    page = out / vote_cards.PRINT_FILE
    each = f"{number} cards are in {out}, each named by member number"
    note = f"{each}; {page.name} has all of them to print. Hand them out, and remove the files."
    return JsonResult(str(page), [note], data={"cards": number, "folder": str(out), "print": str(page)})


@vote_app.action("bundle", failed="No bundle was written.")
async def bundle_command(
    co_op: "connection.Connection",
    vote: VoteArgument,
    *,
    out: Annotated[Path, typer.Option(help="The file to write, such as vote.kith.")],
    pins: Annotated[
        Path | None, typer.Option(help="Also write the root fingerprints of the co-ops, as this co-op knows them, to this file.")
    ] = None,
) -> JsonResult:
    """Write the proof of a finished vote to a file that anyone can check with kith verify."""
    vote_id = await vote_lookup.find_vote_id(co_op, vote)
    with progress.progress_of("bytes") as on_progress:
        known = await vote_bundle.download_bundle(co_op, vote_id, out, on_progress)
    size = out.stat().st_size
    notes = [f"{size:,} bytes. Check it: kith verify {out}{f' --pins {pins}' if pins else ''}"]
    if pins is not None:
        pins.write_bytes(known)
        notes.append("People who check should not take the pins from you alone: let them compare the fingerprints with each co-op.")
    return JsonResult(str(out), notes, data={"bundle": str(out), "bytes": size, "pins": str(pins or "")})
