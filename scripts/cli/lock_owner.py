"""Finds the process that runs a co-op: it holds the lock on the data folder."""

import fcntl
import os
from pathlib import Path

from scripts.cli.console import CommandError, ExitCode
from services.co_op_settings import CoOpSettings, InstanceUnusableError
from services.instance import Instance


def lock_owner(folder: Path) -> int | None:
    """The process id of the Kith that runs on this folder; 0 if it is unknown, None if none runs. The lock is left as it is."""
    try:
        descriptor = os.open(folder / "lock", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        content = os.pread(descriptor, 32, 0).strip()
        return int(content) if content.isdigit() else 0
    else:
        return None
    finally:
        os.close(descriptor)


def load_co_op(folder: Path, fix: str = "") -> tuple[Instance, CoOpSettings]:
    """The co-op in this folder. Raises CommandError, with `fix`, if there is none."""
    instance = Instance(folder)
    try:
        return instance, instance.co_op
    except InstanceUnusableError as error:
        raise CommandError("There is no co-op here.", str(error), fix, ExitCode.NOT_FOUND) from None
