"""`kith found`: the founding, for a co-op whose services run as processes of their own. `kith up` founds by itself."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.console import CommandError, ExitCode, result
from scripts.cli.founding import found
from scripts.cli.holder import co_op_of


def found_command(
    folder: Annotated[Path, typer.Argument(help="The co-op's data folder.", metavar="folder")] = Path("kith-data"),
) -> int:
    """Register the first member, adopt the rulebook, and print the link to sign in with. Once, when the containers run."""
    instance, co_op = co_op_of(folder)
    if not instance.folder.founding.exists():
        raise CommandError(f"{co_op.name} has been founded already.", "Its founding.toml is used up.", "Sign in.", ExitCode.CONFLICT)
    link = asyncio.run(found(instance))
    result(f"Welcome. Open this once, within a day, to sign in as the first member:\n\n    {link}\n")
    return ExitCode.OK
