"""The anchor file: what we signed, in a file outside the database and its backups.

Before a checkpoint or a cosignature leaves, its (origin, size, root) is in this file and on disk. A database behind the anchor was rolled
back: then nothing is signed until the other co-ops have told how long our boards were.

One JSON list per line, appended and fsynced; the last line of each origin counts. Rewritten at the start.
"""

import asyncio
import contextlib
import errno
import json
import os
from collections.abc import Iterable
from pathlib import Path


class AnchorFile:
    """Reads the file when created. Only `record` adds to it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._heads: dict[str, tuple[int, bytes]] = {}
        self._lock = asyncio.Lock()
        self._read()

    def get_largest_head(self, origin: str) -> tuple[int, bytes] | None:
        """The largest (size, root) we ever signed for this origin."""
        return self._heads.get(origin)

    async def record(self, heads: Iterable[tuple[str, int, bytes]]) -> None:
        """Returns when the heads are on disk. Heads no larger than the recorded ones cost nothing."""
        async with self._lock:
            new = [(origin, size, root) for origin, size, root in heads if size > self._heads.get(origin, (0, b""))[0]]
            if new:
                await asyncio.to_thread(self._append, new)
                self._heads.update({origin: (size, root) for origin, size, root in new})

    async def reset(self, origin: str, size: int, root: bytes) -> None:
        """Sets an origin back after a recovery, when the other co-ops have told how long our board is."""
        async with self._lock:
            await asyncio.to_thread(self._append, [(origin, size, root)])
            self._heads[origin] = size, root

    def all_heads(self) -> dict[str, tuple[int, bytes]]:
        """By origin."""
        return dict(self._heads)

    def _append(self, heads: Iterable[tuple[str, int, bytes]]) -> None:
        lines = "".join(json.dumps([origin, size, root.hex()]) + "\n" for origin, size, root in heads)
        is_new = not self._file.exists()
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            if os.write(descriptor, lines.encode()) < len(lines):
                # A head that is not on disk must not leave.
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._file))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if is_new:
            _sync_folder(self._file.parent)

    def _read(self) -> None:
        try:
            lines = self._file.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            # Made at the first start, not with the first signature: from then on a missing anchor is a lost one.
            lines = []
        for line in lines:
            # After a power loss the last line may be incomplete: its head never left, because its fsync did not return.
            with contextlib.suppress(ValueError):
                origin, size, root = json.loads(line)
                self._heads[origin] = size, bytes.fromhex(root)
        self._rewrite()

    def _rewrite(self) -> None:
        fresh = self._file.with_suffix(".new")
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()
        original, self._file = self._file, fresh
        try:
            self._append((origin, size, root) for origin, (size, root) in self._heads.items())
        finally:
            self._file = original
        fresh.replace(original)
        _sync_folder(original.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
