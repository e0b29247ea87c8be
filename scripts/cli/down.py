"""`kith down`: asks a running co-op to stop, and waits until it has."""

import os
import signal
import time
from pathlib import Path
from typing import Annotated

import typer

from scripts.cli.console import CommandError, ExitCode, say
from scripts.cli.holder import co_op_of, holder

_WITHIN_SECONDS = 60.0


def down_command(folder: Annotated[Path, typer.Argument(help="The co-op's data folder.", metavar="folder")] = Path("kith-data")) -> int:
    """Stop a co-op, wherever it was started on this machine: services first, then NATS, then PostgreSQL."""
    instance, co_op = co_op_of(folder)
    if stop(instance.folder.path):
        say(f"{co_op.name} has stopped.")
    else:
        say(f"{co_op.name} was not running.")
    return ExitCode.OK


def stop(folder: Path) -> bool:
    """Whether something ran here; it has stopped then. Raises CommandError when it does not go, or is not ours."""
    pid = holder(folder)
    if pid is None:
        return False
    try:
        if pid:
            os.kill(pid, signal.SIGTERM)
    except PermissionError:
        why = f"It is process {pid}, which belongs to somebody else."
        raise CommandError("It was not stopped.", why, "Run kith down as that user.", ExitCode.NOT_PERMITTED) from None
    except ProcessLookupError:
        pass
    until = time.monotonic() + _WITHIN_SECONDS
    while holder(folder) is not None:
        if time.monotonic() > until:
            why = f"Process {pid} still runs after {_WITHIN_SECONDS:.0f} s."
            raise CommandError("It has not stopped.", why, f"Look at {folder / 'log'}.", ExitCode.UNAVAILABLE)
        time.sleep(0.05)
    return True
