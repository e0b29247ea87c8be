"""`kith vote cast`, `look-up` and `receipt`: a member's actions, carried out for them at the command line and recorded as such."""

from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.actions import JsonResult, MemberOption, TextResult, VoteArgument
from scripts.cli.console import CommandError, ExitCode
from scripts.cli.lazy_imports import lazy_imports
from scripts.cli.private_file import write_private_file
from scripts.cli.vote import vote_app

with lazy_imports():
    from scripts.cli import connection, register_lookup, vote_ballot, vote_lookup


def _check_choice(*, choice: list[str] | None, take_back: bool, **_others: object) -> None:
    if bool(choice) == take_back:
        raise CommandError("No ballot was cast.", "Say either --choice or --take-back.", "", ExitCode.USAGE)


@vote_app.action("cast", failed="No ballot was cast.", check=_check_choice)
async def cast_command(
    co_op: "connection.Connection",
    vote: VoteArgument,
    *,
    member: MemberOption,
    choice: Annotated[list[str] | None, typer.Option(help="An option; several where the method allows, with =points for a score.")] = None,
    take_back: Annotated[bool, typer.Option("--take-back", help="Take the ballot back instead.")] = False,
) -> JsonResult:
    """Cast a member's ballot, at their wish. Casting again replaces it, until the close."""
    vote_id = await vote_lookup.find_vote_id(co_op, vote)
    person = await register_lookup.find_person(co_op, member)
    ballot = await vote_ballot.cast_ballot(co_op, vote_id, person, choice or [], take_back=take_back)
    return JsonResult(
        f"It is {'taken back' if ballot.withdrawn else 'recorded'}, as {ballot.pseudonym}.",
        ["Recorded is not counted yet: the other co-ops must hold it too. Look it up at any of them: kith vote look-up"],
        data={"ballot": ballot},
    )


@vote_app.action("look-up")
async def look_up_command(
    co_op: "connection.Connection",
    characters: Annotated[str, typer.Argument(help="The 16 characters of a card.")],
    *,
    vote: Annotated[str, typer.Option(help="Only in this vote. Default: in all.")] = "",
) -> JsonResult:
    """Say what this co-op holds for the 16 characters of a card, of whichever co-op it is."""
    vote_id = await vote_lookup.find_vote_id(co_op, vote) if vote else ""
    response = await vote_ballot.look_up_ballot(co_op, characters, vote_id)
    return JsonResult(vote_ballot.lookup_lines(response), data=response)


@vote_app.action("receipt", failed="No receipt was written.")
async def receipt_command(
    co_op: "connection.Connection",
    vote: VoteArgument,
    *,
    member: MemberOption,
    out: Annotated[Path, typer.Option(help="The file to write.")],
) -> TextResult:
    """Write the signed receipt of a member's last ballot to a file."""
    vote_id = await vote_lookup.find_vote_id(co_op, vote)
    person = await register_lookup.find_person(co_op, member)
    write_private_file(out, await vote_ballot.get_receipt(co_op, vote_id, person))
    return TextResult(str(out), ["Check it against the bundle of the vote: kith verify BUNDLE --receipt FILE"])
