"""The anchor: what we signed, in a file outside the database and its backups.

Before a checkpoint or a cosignature leaves, its (origin, size, root) is in here and on disk. When the database is behind the anchor, it was
set back: then nothing is signed until the others were asked how far our board had come.

One JSON list a line, appended and fsynced; of each origin the last line holds. Rewritten at the start.
"""

import asyncio
import contextlib
import json
import os
from collections.abc import Iterable
from pathlib import Path


class Anchor:
    """Reads the file when made. `hold` is the one way to grow it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._held: dict[str, tuple[int, bytes]] = {}
        self._lock = asyncio.Lock()
        self._read()

    def at(self, origin: str) -> tuple[int, bytes] | None:
        """The largest (size, root) we ever signed of it."""
        return self._held.get(origin)

    async def hold(self, heads: Iterable[tuple[str, int, bytes]]) -> None:
        """When it returns they are on disk. What is no larger than what is held already costs nothing."""
        async with self._lock:
            new = [(origin, size, root) for origin, size, root in heads if size > self._held.get(origin, (0, b""))[0]]
            if new:
                await asyncio.to_thread(self._append, new)
                self._held.update({origin: (size, root) for origin, size, root in new})

    async def put_back(self, origin: str, size: int, root: bytes) -> None:
        """After a recovery: the others were asked, and this is how far our board is."""
        async with self._lock:
            await asyncio.to_thread(self._append, [(origin, size, root)])
            self._held[origin] = size, root

    def all(self) -> dict[str, tuple[int, bytes]]:
        """By origin."""
        return dict(self._held)

    def _append(self, heads: Iterable[tuple[str, int, bytes]]) -> None:
        lines = "".join(json.dumps([origin, size, root.hex()]) + "\n" for origin, size, root in heads)
        is_new = not self._file.exists()
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, lines.encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if is_new:
            _sync_folder(self._file.parent)

    def _read(self) -> None:
        try:
            lines = self._file.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return
        for line in lines:
            # The last line of a machine that lost its power may be half a line: it never left, for its fsync did not return.
            with contextlib.suppress(ValueError):
                origin, size, root = json.loads(line)
                self._held[origin] = size, bytes.fromhex(root)
        self._rewrite()

    def _rewrite(self) -> None:
        fresh = self._file.with_suffix(".new")
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()
        held, self._file = self._file, fresh
        try:
            self._append((origin, size, root) for origin, (size, root) in self._held.items())
        finally:
            self._file = held
        fresh.replace(held)
        _sync_folder(held.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
