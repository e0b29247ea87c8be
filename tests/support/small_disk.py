"""A small disk that a test can fill."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def small_disk(place: Path, megabytes: int = 400) -> Iterator[Path]:
    """A real file system on `place`, of so many MB; only root can mount one."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", place], check=True, timeout=60)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True, timeout=60)


def fill_disk(place: Path) -> Path:
    """Takes every block there is."""
    ballast = place / "ballast"
    with ballast.open("wb") as file:
        at = 0
        for size in (1 << 20, 1 << 12):
            while _try_allocate(file.fileno(), at, size):
                at += size
    return ballast


def _try_allocate(file: int, at: int, size: int) -> bool:
    try:
        os.posix_fallocate(file, at, size)
    except OSError:
        return False
    return True
