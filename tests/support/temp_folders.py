"""Where tests keep the folders of their servers: in memory where there is room, and on the disk else.

A run makes and drops some hundred databases of three hundred files each. On a file system that looks through recently deleted files before
it makes new ones (ext4), that alone took half the processor. What is tried here is kills of processes, and those leave memory as it is.
"""

import shutil
import tempfile
from functools import cache
from pathlib import Path

_MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - folders are made in it under names of their own, for this account alone
_FREE_BYTES = 6 * 1024**3


@cache
def base_folder() -> str:
    """A folder whose path is short: sockets' paths must stay under a hundred bytes."""
    return str(_MEMORY_FOLDER) if _MEMORY_FOLDER.is_mount() and shutil.disk_usage(_MEMORY_FOLDER).free > _FREE_BYTES else "/tmp"  # noqa: S108 - as above


def make_temp_folder(prefix: str = "kt-") -> Path:
    """A new folder; whoever asked removes it."""
    return Path(tempfile.mkdtemp(prefix=prefix, dir=base_folder()))
