"""The source of exactly the running version, packed by the instance itself.

AGPL-3.0 section 13 requires it of everybody who changes Kith and lets others use it, so a changed Kith offers its changed source without
further work. Only folders of the project are packed, and only file types of source code: never a data folder, never a key.
"""

import asyncio
import io
import tarfile
from pathlib import Path

from starlette.responses import Response

from services.web.page_context import PageContext

_ROOT = Path(__file__).parents[3]
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


async def show(ctx: PageContext) -> Response:
    """The source as a gzipped tar file."""
    version = ctx.state.co_op.version
    packed = await asyncio.to_thread(build_archive, _ROOT, f"kith-{version}")
    return Response(packed, media_type="application/gzip", headers={"content-disposition": f'attachment; filename="kith-{version}.tar.gz"'})


def build_archive(root: Path, name: str) -> bytes:
    """A tar archive of the source files under `root`, in a folder with this name."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", compresslevel=6) as archive:
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
