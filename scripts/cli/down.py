"""`kith down`: asks a running co-op to stop, and waits until it has."""

import os
import signal
import time
from pathlib import Path

from scripts.cli.actions import DEFAULT_FOLDER, FolderArgument
from scripts.cli.console import CommandError, ExitCode, print_note
from scripts.cli.lazy_imports import lazy_imports

with lazy_imports():
    from scripts.cli import lock_owner

_STOP_SECONDS = 60.0


def down_command(folder: FolderArgument = DEFAULT_FOLDER) -> int:
    """Stop a co-op, wherever it was started on this machine: services first, then NATS, then PostgreSQL."""
    instance, co_op = lock_owner.load_co_op(folder)
    if stop_co_op(instance.folder.path):
        print_note(f"{co_op.name} has stopped.")
    else:
        print_note(f"{co_op.name} was not running.")
    return ExitCode.OK


def stop_co_op(folder: Path) -> bool:
    """Stops the co-op of a folder; False if none was running. Raises CommandError if it does not stop in time or is another user's."""
    pid = lock_owner.lock_owner(folder)
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
    deadline = time.monotonic() + _STOP_SECONDS
    while lock_owner.lock_owner(folder) is not None:
        if time.monotonic() > deadline:
            why = f"Process {pid} still runs after {_STOP_SECONDS:.0f} s."
            raise CommandError("It has not stopped.", why, f"Look at {folder / 'log'}.", ExitCode.UNAVAILABLE)
        time.sleep(0.05)
    return True
