"""Who runs a co-op: the process that holds the lock on its data folder."""

import fcntl
import os
from pathlib import Path

from scripts.cli.console import CommandError, ExitCode
from services.instance import CoOp, Instance, InstanceUnusableError


def holder(folder: Path) -> int | None:
    """The process id of the Kith that runs on this folder, or None. Nothing is changed by asking."""
    try:
        descriptor = os.open(folder / "lock", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        written = os.pread(descriptor, 32, 0).strip()
        return int(written) if written.isdigit() else 0
    else:
        return None
    finally:
        os.close(descriptor)


def co_op_of(folder: Path, fix: str = "") -> tuple[Instance, CoOp]:
    """The co-op in this folder. Raises CommandError, with `fix`, when there is none."""
    instance = Instance(folder)
    try:
        return instance, instance.co_op
    except InstanceUnusableError as error:
        raise CommandError("There is no co-op here.", str(error), fix, ExitCode.NOT_FOUND) from None
