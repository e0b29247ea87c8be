"""Temporary folders for the servers of tests: in memory if there is enough space, otherwise on disk.

A run creates and drops hundreds of databases with three hundred files each. On a file system that searches recently deleted files before
it creates new ones (ext4), that alone took half the CPU time. Tests here kill processes, not machines, and that leaves memory intact.
"""

import shutil
import tempfile
from functools import cache
from pathlib import Path

_MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - folders are made in it under names of their own, for this account alone
_FREE_BYTES = 6 * 1024**3


@cache
def base_folder() -> str:
    """A folder with a short path, because socket paths must stay under a hundred bytes."""
    return str(_MEMORY_FOLDER) if _MEMORY_FOLDER.is_mount() and shutil.disk_usage(_MEMORY_FOLDER).free > _FREE_BYTES else "/tmp"  # noqa: S108 - as above


def make_temp_folder(prefix: str = "kt-") -> Path:
    """Creates a folder; the caller removes it."""
    return Path(tempfile.mkdtemp(prefix=prefix, dir=base_folder()))
