"""`kith up`: starts a co-op and stays with it until Ctrl-C."""

import gc
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from libs.host.founded_folder import FolderPart
from scripts.cli.actions import DEFAULT_FOLDER, FolderArgument
from scripts.cli.console import CommandError, ExitCode, print_note, print_result
from scripts.cli.lazy_imports import lazy_imports

with lazy_imports():
    from scripts.cli import bootstrap

if TYPE_CHECKING:
    from services.instance import Instance

_PRIVATE = 0o077


def up_command(
    folder: FolderArgument = DEFAULT_FOLDER,
    *,
    log_level: Annotated[str, typer.Option(help="How much goes into log/kith.log: debug, info, warning, error.")] = "info",
    replace_lost: Annotated[
        list[FolderPart] | None, typer.Option(help="A lost part of a founded co-op to make anew, when no backup has it.")
    ] = None,
    trust_clock: Annotated[
        bool,
        typer.Option("--trust-clock", help="You looked at this machine's clock, and it is right: what Kith knew before does not count."),
    ] = False,
    accept_older_data: Annotated[
        bool, typer.Option("--accept-older-data", help="The data is an older copy, and you go on with it: what happened since is gone.")
    ] = False,
) -> int:
    """Start a co-op: its PostgreSQL, its NATS, its services and its pages. Ctrl-C stops it."""
    # Until everything is loaded: `Process` switches it on again.
    gc.disable()
    import asyncio

    from libs.host.backing.errors import BackingStartError
    from libs.host.data_folder import FolderInUse, FolderUnusable
    from libs.host.instance_keys import KeysUnusableError
    from libs.observe import logs
    from libs.places import PlacesFileError
    from services.co_op_settings import InstanceUnusableError
    from services.instance import Instance
    from services.scheduling.domain.ways import WaysFileError

    # Whatever a start creates, sockets among it, is for this account alone, also where a folder above is closed only by chance.
    os.umask(_PRIVATE)
    began = datetime.now(UTC)
    instance, replaced = Instance(folder), frozenset(replace_lost or ())
    if FolderPart.KEYS in replaced:
        fix = "Put them back from their backup."
        raise CommandError("Kith did not start.", "Keys cannot be made anew: nothing could be read with new ones.", fix, ExitCode.USAGE)
    try:
        co_op = instance.co_op
        _refuse_unsound_rulebook(instance)
        instance.folder.create()
        logs.configure_file_logging(instance.folder.log / "kith.log", level=log_level, co_op=co_op.id)
        print_note(f"Starting {co_op.name} ...")

        async def ready() -> None:
            await _bootstrap_once(instance)
            if FolderPart.OPERATOR in replaced:
                await bootstrap.replace_lost_operator(instance)
            seconds = (datetime.now(UTC) - began).total_seconds()
            print_note(f"{co_op.name} is up after {seconds:.1f} s: {co_op.public_url}")
            print_note(f"Health: http://{co_op.operations_address}/readyz   Log: {instance.folder.log / 'kith.log'}   Stop: Ctrl-C")

        asyncio.run(instance.run(ready, print_note, replaced, trust_clock=trust_clock, accept_older_data=accept_older_data))
    except asyncio.CancelledError:
        print_note(f"{co_op.name} was stopped before it was up.")
        return ExitCode.OK
    except (PlacesFileError, WaysFileError) as error:
        fix = "Put the file right, or take it away: Kith starts without it."
        raise CommandError("Kith did not start.", f"{error}.", fix, ExitCode.USAGE) from error
    except (FolderInUse, InstanceUnusableError, FolderUnusable, KeysUnusableError) as error:
        raise CommandError("Kith did not start.", str(error), "", ExitCode.CONFLICT) from error
    except (BackingStartError, OSError, TimeoutError) as error:
        raise CommandError("Kith did not start.", str(error), f"Look at {instance.folder.log}.", ExitCode.UNAVAILABLE) from error
    finally:
        gc.enable()
    print_note(f"{co_op.name} has stopped.")
    return ExitCode.OK


def _refuse_unsound_rulebook(instance: "Instance") -> None:
    """Raises CommandError before the first start adopts a rulebook with mistakes, naming each of them with its line."""
    from libs.rulebook import RulebookMistakes, read_rulebook

    path = instance.folder.rulebook
    if not instance.folder.founding.exists() or not path.exists():
        return
    try:
        read_rulebook(path.read_bytes())
    except RulebookMistakes as error:
        lines = [f"{path}:{mistake.line}: {mistake.problem} {mistake.suggestion}" for mistake in error.mistakes]
        fix = f"Put the rulebook right, and check it: kith rulebook check {path}"
        raise CommandError("Kith did not start.", "\n  ".join(lines), fix, ExitCode.USAGE) from None


async def _bootstrap_once(instance: "Instance") -> None:
    """Bootstraps the co-op at its first start, and prints the sign-in link."""
    if not instance.folder.founding.exists():
        return
    link = await bootstrap.bootstrap(instance)
    print_result(f"Welcome. Open this once, within a day, to sign in as the first member:\n\n    {link}\n")
