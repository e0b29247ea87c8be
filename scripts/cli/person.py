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
from libs.rpc.client import call_service
from scripts.cli.connection import Connection, connect
from scripts.cli.console import CommandError, ExitCode, print_note, print_result
from scripts.cli.plural import plural
from scripts.cli.register_lookup import find_person, get_full_name, list_members

_OPTIONS = {"help_option_names": ["-h", "--help"]}
person_app = typer.Typer(
    add_completion=False, rich_markup_mode=None, context_settings=_OPTIONS, help="Sign-in cards and links for people, and their hats."
)
hat_app = typer.Typer(
    add_completion=False, rich_markup_mode=None, context_settings=_OPTIONS, no_args_is_help=True, help="Give, take and list hats."
)
person_app.add_typer(hat_app, name="hat")

_FolderOption = Annotated[Path, typer.Option(help="The co-op's data folder.")]
_PersonArgument = Annotated[str, typer.Argument(help="A member number, or a person's id.")]
_PeopleArgument = Annotated[list[str] | None, typer.Argument(help="Member numbers, or persons' ids.", show_default=False)]
_HatArgument = Annotated[str, typer.Argument(help="secretary, operator or scrutineer.")]
_FOR_CARD = "Good for a year. Whoever has this card can sign in as you: keep it like a door key."
_FOR_LINK = "Good once, within a day."


@person_app.command()
def card(
    people: _PeopleArgument = None,
    *,
    folder: _FolderOption = Path("kith-data"),
    everybody: Annotated[bool, typer.Option("--all", help="For every member of today.")] = False,
    output: Annotated[Path | None, typer.Option(help="Write each letter to a file of its own in this folder.")] = None,
) -> None:
    """Make a sign-in card for each person, as a letter to print. The code is shown this one time."""
    asyncio.run(_letters(folder, people or [], on_card=True, everybody=everybody, output=output))


@person_app.command()
def link(people: _PeopleArgument = None, *, folder: _FolderOption = Path("kith-data")) -> None:
    """Make a sign-in link for each person. It is shown this one time."""
    asyncio.run(_letters(folder, people or [], on_card=False, everybody=False, output=None))


@hat_app.command()
def give(person: _PersonArgument, hat: _HatArgument, *, folder: _FolderOption = Path("kith-data")) -> None:
    """Give a person a hat."""

    async def action(connection: Connection, person: UUID) -> str:
        request = identity.GiveHatRequest(request_id=str(new_id()), person_id=str(person), hat=hat)
        await call_service(connection.identity.GiveHat, request, connection.secretary_token())
        return f"{await get_full_name(connection, person)} wears the hat {hat} now."

    asyncio.run(_act_on_person(folder, person, action))


@hat_app.command()
def take(person: _PersonArgument, hat: _HatArgument, *, folder: _FolderOption = Path("kith-data")) -> None:
    """Take a hat back. The last secretary's stays."""

    async def action(connection: Connection, person: UUID) -> str:
        request = identity.TakeHatRequest(request_id=str(new_id()), person_id=str(person), hat=hat)
        await call_service(connection.identity.TakeHat, request, connection.secretary_token())
        return f"{await get_full_name(connection, person)} no longer wears the hat {hat}."

    asyncio.run(_act_on_person(folder, person, action))


@hat_app.command("list")
def list_hats(*, folder: _FolderOption = Path("kith-data")) -> None:
    """Who wears which hat."""
    asyncio.run(_list_hats(folder))


async def _letters(folder: Path, people: list[str], *, on_card: bool, everybody: bool, output: Path | None) -> None:
    if not people and not everybody:
        raise CommandError("For whom?", "Nobody is named.", "Write member numbers, or --all.", ExitCode.USAGE)
    if output is not None:
        output.mkdir(mode=0o700, parents=True, exist_ok=True)
        output.chmod(0o700)
    async with connect(folder) as connection:
        person_ids = (
            [UUID(member.person_id) async for member in list_members(connection)]
            if everybody
            else [await find_person(connection, number_or_id) for number_or_id in people]
        )
        for person in person_ids:
            letter = await _letter(connection, person, on_card=on_card)
            if output is None:
                print_result(letter)
            else:
                _write(output / f"{person}.txt", letter)
    if output is not None:
        print_note(f"{plural(len(person_ids), 'letter is', 'letters are')} in {output}. Print them, hand them out, and remove the files.")


async def _letter(connection: Connection, person: UUID, *, on_card: bool) -> str:
    kind = identity.CODE_KIND_CARD if on_card else identity.CODE_KIND_LINK
    request = identity.IssueSignInCodeRequest(request_id=str(new_id()), person_id=str(person), kind=kind)
    code = (await call_service(connection.identity.IssueSignInCode, request, connection.secretary_token())).code
    co_op = connection.instance.co_op
    spoken = "-".join(code[at : at + 4] for at in range(0, len(code), 4))
    ring = f"\nQuestions? Ring {co_op.phone}.\n" if co_op.phone else ""
    good = _FOR_CARD if on_card else _FOR_LINK
    name = await get_full_name(connection, person)
    return (
        f"{co_op.name}\n\nFor {name}\n\nOpen this to sign in:\n\n    {co_op.public_url}/sign-in/{code}\n\n"
        f"Or open {co_op.public_url} and type this code:\n\n    {spoken}\n\n{good}\n{ring}"
    )


def _write(path: Path, text: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123 - rights from the first byte
        file.write(text)


async def _act_on_person(folder: Path, person: str, action: Callable[[Connection, UUID], Awaitable[str]]) -> None:
    async with connect(folder) as connection:
        print_result(await action(connection, await find_person(connection, person)))


async def _list_hats(folder: Path) -> None:
    async with connect(folder) as connection:
        token = ""
        while True:
            response = await call_service(
                connection.identity.ListHats, identity.ListHatsRequest(page_size=200, page_token=token), connection.secretary_token()
            )
            for wearer in response.hats:
                since = wearer.since.ToDatetime().date().isoformat()
                print_result(f"{wearer.hat:<12} {await get_full_name(connection, UUID(wearer.person_id)):<32} since {since}")
            token = response.next_page_token
            if not token:
                return
