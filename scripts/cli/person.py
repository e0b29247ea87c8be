"""`kith person`: sign-in cards and links, and hats."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from kith.identity.v1 import identity_pb2 as identity
from libs.database.engine import new_id
from libs.rpc.client import ask
from scripts.cli.console import CommandError, ExitCode, result, say
from scripts.cli.door import Door, door
from scripts.cli.how_many import how_many
from scripts.cli.register import members, name_of, person_of

_OPTIONS = {"help_option_names": ["-h", "--help"]}
person_app = typer.Typer(
    add_completion=False, rich_markup_mode=None, context_settings=_OPTIONS, help="Sign-in cards and links for people, and their hats."
)
hat_app = typer.Typer(
    add_completion=False, rich_markup_mode=None, context_settings=_OPTIONS, no_args_is_help=True, help="Give, take and list hats."
)
person_app.add_typer(hat_app, name="hat")

_Folder = Annotated[Path, typer.Option(help="The co-op's data folder.")]
_Person = Annotated[str, typer.Argument(help="A member number, or a person's id.")]
_People = Annotated[list[str] | None, typer.Argument(help="Member numbers, or persons' ids.", show_default=False)]
_Hat = Annotated[str, typer.Argument(help="secretary, operator or scrutineer.")]
_FOR_CARD = "Good for a year. Whoever has this card can sign in as you: keep it like a door key."
_FOR_LINK = "Good once, within a day."


@person_app.command()
def card(
    people: _People = None,
    *,
    folder: _Folder = Path("kith-data"),
    everybody: Annotated[bool, typer.Option("--all", help="For every member of today.")] = False,
    output: Annotated[Path | None, typer.Option(help="Write each letter to a file of its own in this folder.")] = None,
) -> None:
    """Make a sign-in card for each person, as a letter to print. The code is shown this one time."""
    asyncio.run(_letters(folder, people or [], on_card=True, everybody=everybody, output=output))


@person_app.command()
def link(people: _People = None, *, folder: _Folder = Path("kith-data")) -> None:
    """Make a sign-in link for each person. It is shown this one time."""
    asyncio.run(_letters(folder, people or [], on_card=False, everybody=False, output=None))


@hat_app.command()
def give(person: _Person, hat: _Hat, *, folder: _Folder = Path("kith-data")) -> None:
    """Give a person a hat."""

    async def do(open_door: Door, who: UUID) -> str:
        asked = identity.GiveHatRequest(request_id=str(new_id()), person_id=str(who), hat=hat)
        await ask(open_door.identity.GiveHat, asked, open_door.secretary())
        return f"{await name_of(open_door, who)} wears the hat {hat} now."

    asyncio.run(_about(folder, person, do))


@hat_app.command()
def take(person: _Person, hat: _Hat, *, folder: _Folder = Path("kith-data")) -> None:
    """Take a hat back. The last secretary's stays."""

    async def do(open_door: Door, who: UUID) -> str:
        asked = identity.TakeHatRequest(request_id=str(new_id()), person_id=str(who), hat=hat)
        await ask(open_door.identity.TakeHat, asked, open_door.secretary())
        return f"{await name_of(open_door, who)} no longer wears the hat {hat}."

    asyncio.run(_about(folder, person, do))


@hat_app.command("list")
def list_hats(*, folder: _Folder = Path("kith-data")) -> None:
    """Who wears which hat."""
    asyncio.run(_list_hats(folder))


async def _letters(folder: Path, people: list[str], *, on_card: bool, everybody: bool, output: Path | None) -> None:
    if not people and not everybody:
        raise CommandError("For whom?", "Nobody is named.", "Write member numbers, or --all.", ExitCode.USAGE)
    if output is not None:
        output.mkdir(mode=0o700, parents=True, exist_ok=True)
        output.chmod(0o700)
    async with door(folder) as open_door:
        found = (
            [UUID(one.person_id) async for one in members(open_door)] if everybody else [await person_of(open_door, one) for one in people]
        )
        for who in found:
            letter = await _letter(open_door, who, on_card=on_card)
            if output is None:
                result(letter)
            else:
                _write(output / f"{who}.txt", letter)
    if output is not None:
        say(f"{how_many(len(found), 'letter is', 'letters are')} in {output}. Print them, hand them out, and remove the files.")


async def _letter(open_door: Door, who: UUID, *, on_card: bool) -> str:
    kind = identity.CODE_KIND_CARD if on_card else identity.CODE_KIND_LINK
    asked = identity.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(who), kind=kind)
    code = (await ask(open_door.identity.IssueSignInCode, asked, open_door.secretary())).code
    co_op = open_door.instance.co_op
    spoken = "-".join(code[at : at + 4] for at in range(0, len(code), 4))
    ring = f"\nQuestions? Ring {co_op.phone}.\n" if co_op.phone else ""
    good = _FOR_CARD if on_card else _FOR_LINK
    return (
        f"{co_op.name}\n\nFor {await name_of(open_door, who)}\n\nOpen this to sign in:\n\n    {co_op.public_url}/sign-in/{code}\n\n"
        f"Or open {co_op.public_url} and type this code:\n\n    {spoken}\n\n{good}\n{ring}"
    )


def _write(path: Path, text: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123 - rights from the first byte
        file.write(text)


async def _about(folder: Path, person: str, do: Callable[[Door, UUID], Awaitable[str]]) -> None:
    async with door(folder) as open_door:
        result(await do(open_door, await person_of(open_door, person)))


async def _list_hats(folder: Path) -> None:
    async with door(folder) as open_door:
        token = ""
        while True:
            answer = await ask(
                open_door.identity.ListHats, identity.ListHatsRequest(page_size=200, page_token=token), open_door.secretary()
            )
            for one in answer.hats:
                since = one.since.ToDatetime().date().isoformat()
                result(f"{one.hat:<12} {await name_of(open_door, UUID(one.person_id)):<32} since {since}")
            token = answer.next_page_token
            if not token:
                return
