"""`kith found`: bootstraps a co-op whose services run in their own processes. `kith up` does so by itself."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.bootstrap import bootstrap
from scripts.cli.console import CommandError, ExitCode, print_result
from scripts.cli.lock_owner import load_co_op


def bootstrap_command(
    folder: Annotated[Path, typer.Argument(help="The co-op's data folder.", metavar="folder")] = Path("kith-data"),
) -> int:
    """Register the first member, adopt the rulebook, and print the link to sign in with. Once, when the containers run."""
    instance, co_op = load_co_op(folder)
    if not instance.folder.founding.exists():
        raise CommandError(f"{co_op.name} has been founded already.", "Its founding.toml is used up.", "Sign in.", ExitCode.CONFLICT)
    link = asyncio.run(bootstrap(instance))
    print_result(f"Welcome. Open this once, within a day, to sign in as the first member:\n\n    {link}\n")
    return ExitCode.OK
