"""The source of exactly the software that serves these pages, packed by the instance itself.

AGPL-3.0 section 13 asks for it of everybody who changes Kith and lets others use it: so a changed Kith hands out its changed source with no
further work. Only folders of the project are packed, and only kinds of files that source is made of: never a data folder, never a key.
"""

import asyncio
import io
import tarfile
from pathlib import Path

from starlette.responses import Response

from services.web.visit import Visit

_ROOT = Path(__file__).parents[3]
_FOLDERS = ("services", "libs", "protos", "kith", "scripts", "tests", "docs", "deploy", "examples", "bench")
_KINDS = {
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


async def show(visit: Visit) -> Response:
    """A gzipped tar file."""
    version = visit.front.co_op.version
    packed = await asyncio.to_thread(pack, _ROOT, f"kith-{version}")
    return Response(packed, media_type="application/gzip", headers={"content-disposition": f'attachment; filename="kith-{version}.tar.gz"'})


def pack(root: Path, name: str) -> bytes:
    """Everything under `root` that is source, below a folder of that name."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=6) as archive:
        for path in sources(root):
            archive.add(path, f"{name}/{path.relative_to(root)}", recursive=False, filter=_anonymous)
    return out.getvalue()


def sources(root: Path) -> list[Path]:
    """The files to pack, in order."""
    found = [root / file for file in _FILES]
    for folder in _FOLDERS:
        found += sorted((root / folder).rglob("*"))
    return [path for path in found if path.is_file() and not path.is_symlink() and _is_source(path.relative_to(root))]


def _is_source(path: Path) -> bool:
    hidden = any(part.startswith(".") or part in {"__pycache__", "node_modules", "keys"} for part in path.parts)
    return not hidden and path.suffix in _KINDS


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry
