"""Reads files that others wrote: never more than fits, so that a file without end is refused instead of filling the memory."""

import errno
from pathlib import Path
from typing import Protocol

LARGEST = 100_000_000
"""Bytes. Ten times the largest matching day or plan that we know of."""


class Readable(Protocol):
    """What can be read as bytes."""

    def read(self, size: int, /) -> bytes: ...


def read_bounded(file: Path) -> bytes:
    """The bytes of a file. Raises OSError, also for one of more than LARGEST bytes."""
    with file.open("rb") as opened:
        return at_most(opened)


def at_most(opened: Readable) -> bytes:
    """All that is left of an opened file. Raises OSError if that is more than LARGEST bytes."""
    content = opened.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise OSError(errno.EFBIG, f"it is larger than {LARGEST // 1_000_000} MB")
    return content
