"""How much room is left where the data is."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

FULL_BYTES = 1 << 20
LOW_BYTES = 64 << 20
"""PostgreSQL takes its log in pieces of 16 MB."""


def free_bytes(paths: Iterable[Path]) -> int | None:
    """The least room on the file systems of those paths that exist; None when there are none."""
    found = []
    for path in paths:
        with suppress(OSError):
            status = os.statvfs(path)
            found.append(status.f_bavail * status.f_frsize)
    return min(found, default=None)


def disk_reason(paths: Iterable[Path]) -> str:
    """Why the disk is trouble, as an UPPER_SNAKE code; empty when it is not."""
    free = free_bytes(paths)
    if free is None or free >= LOW_BYTES:
        return ""
    return "DISK_FULL" if free < FULL_BYTES else "DISK_NEARLY_FULL"
