"""The packed source of the running version: packed once, kept in memory, for everybody the same bytes.

Only folders of the project are packed, and only file types of source code: never a data folder, never a key.

Packing takes a second of a core, so it has a thread of its own and never waits for, or holds up, what other pages do in threads.
"""

import asyncio
import gzip
import hashlib
import io
import tarfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
_FOLDERS = ("services", "libs", "protos", "kith", "scripts", "tests", "docs", "deploy", "examples", "bench")
_SUFFIXES = {
    ".py",
    ".pyi",
    ".proto",
    ".html",
    ".css",
    ".svg",
    ".po",
    ".toml",
    ".md",
    ".yaml",
    ".yml",
    ".json",
    ".lock",
    ".sql",
    ".conf",
    ".service",
    ".csv",
    "",
}
_FILES = (
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "requirements.lock",
    "requirements-dev.lock",
    "requirements-setup.lock",
    "docker-compose.yml",
)


@dataclass(frozen=True)
class PackedSource:
    """A gzipped tar file, and the entity tag that names exactly these bytes."""

    data: bytes
    etag: str


class SourceArchive:
    """Packs the source at the first request; all later ones, and those meanwhile, get the same."""

    def __init__(self, root: Path = ROOT) -> None:
        self._root = root
        self._packing: asyncio.Future[PackedSource] | None = None

    async def get(self, name: str) -> PackedSource:
        """The source in a folder with this name. A failure is not kept: the next request tries again."""
        packing = self._packing
        if packing is None or (packing.done() and (packing.cancelled() or packing.exception() is not None)):
            executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="source")
            packing = self._packing = asyncio.get_running_loop().run_in_executor(executor, pack, self._root, name)
            executor.shutdown(wait=False)
        # A client that goes away does not take the archive with it.
        return await asyncio.shield(packing)


def pack(root: Path, name: str) -> PackedSource:
    """The source files under `root`, packed."""
    data = build_archive(root, name)
    return PackedSource(data, f'"{hashlib.sha256(data).hexdigest()[:32]}"')


def build_archive(root: Path, name: str) -> bytes:
    """A tar archive of the source files under `root`, in a folder with this name; the same files give the same bytes."""
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=6, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for path in list_source_files(root):
            archive.add(path, f"{name}/{path.relative_to(root)}", recursive=False, filter=_strip_owner)
    return buffer.getvalue()


def list_source_files(root: Path) -> list[Path]:
    """The files to pack, in order."""
    paths = [root / file for file in _FILES]
    for folder in _FOLDERS:
        paths += sorted((root / folder).rglob("*"))
    return [path for path in paths if path.is_file() and not path.is_symlink() and _is_source(path.relative_to(root))]


def _is_source(path: Path) -> bool:
    hidden = any(part.startswith(".") or part in {"__pycache__", "node_modules", "keys"} for part in path.parts)
    return not hidden and path.suffix in _SUFFIXES


def _strip_owner(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry
