"""The data folder: everything that one co-op's Kith stores, under one path.

One instance is one co-op is one data folder, so a folder is what is backed up, moved and locked. This module knows the paths
inside it, creates them with the right permissions, and takes the one lock that says "a Kith is running here".
"""

import fcntl
import hashlib
import os
import re
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

# A Unix socket path may have 107 bytes. The longest name below `run` is "postgres/.s.PGSQL.5432"; the rest is a margin.
MAX_RUN_PATH_BYTES = 66
# PostgreSQL reads its socket directory as a comma-separated list with quotes; a plain path needs none of that.
PLAIN_PATH = re.compile(r"[A-Za-z0-9_/.+-]+")


_LAST_CHILD_SECONDS = 10.0


class FolderInUse(Exception):
    """Another Kith holds the lock of this data folder; `pid` is its process, or None when it has only just started."""

    def __init__(self, path: Path, pid: int | None) -> None:
        self.path = path
        self.pid = pid
        holder = f"process {pid}" if pid is not None else "just starting"
        super().__init__(f"Another Kith ({holder}) is already running on the data folder {path}. Stop it first, or use another folder.")


class FolderUnusable(Exception):
    """The data folder, or the directory for its sockets, cannot be used as it is; the text says why and what to do."""


class FolderLock:
    """The lock of one data folder, held through an open file, so that it ends with the process however that ends."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        """Release the folder; a second call does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()


@dataclass(frozen=True, slots=True)
class DataFolder:
    """The paths inside one data folder. `path` is resolved on creation; nothing is created or opened before `create` or `lock`."""

    path: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", Path(self.path).resolve())

    @property
    def settings(self) -> Path:
        """The co-op's settings, TOML."""
        return self.path / "kith.toml"

    @property
    def rulebook(self) -> Path:
        """The rules file as the founders wrote it; afterwards governance owns the adopted text."""
        return self.path / "rulebook.toml"

    @property
    def founding(self) -> Path:
        """What `kith init` learned about the co-op and its first members."""
        return self.path / "founding.toml"

    @property
    def founded(self) -> Path:
        """What the folder had after its last complete start (`libs/host/founded_folder.py`)."""
        return self.path / "founded.json"

    @property
    def operator(self) -> Path:
        """The id of the person in whose name commands on this machine act."""
        return self.path / "steward"

    @property
    def anchor(self) -> Path:
        """What this co-op signed and how far its database had come; in no backup of the data."""
        return self.path / "anchor"

    @property
    def keys(self) -> Path:
        """Secret keys, readable by Kith's account alone; not part of a data backup."""
        return self.path / "keys"

    @property
    def data(self) -> Path:
        """The data of the backing services."""
        return self.path / "data"

    @property
    def postgres(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.data / "postgres"

    @property
    def nats(self) -> Path:
        """The JetStream store and NATS's configuration."""
        return self.data / "nats"

    @property
    def log(self) -> Path:
        """Log files of the backing services."""
        return self.path / "log"

    @property
    def path_hash(self) -> str:
        """Twelve hex digits that identify this folder's path, in the name of the sockets' directory and of the servers."""
        return hashlib.sha256(os.fsencode(self.path)).hexdigest()[:12]

    @property
    def run(self) -> Path:
        """The directory of sockets: inside the folder, or a short one under /tmp when the folder's path is too long or not plain."""
        inside = self.path / "run"
        if len(os.fsencode(inside)) <= MAX_RUN_PATH_BYTES and PLAIN_PATH.fullmatch(str(inside)):
            return inside
        # Not tempfile.gettempdir(): a later start in another shell must find the same directory, whatever TMPDIR says there.
        return Path("/tmp") / f"kith-{self.path_hash}"  # noqa: S108 -- made 0700, and refused below when it is not ours

    @property
    def sockets(self) -> Path:
        """The directory of Kith's own services' sockets; only Kith's account may enter it."""
        return self.run / "rpc"

    @property
    def postgres_sockets(self) -> Path:
        """The directory of PostgreSQL's socket; only the account that PostgreSQL runs as may enter it."""
        return self.run / "postgres"

    def create(self) -> None:
        """Create every missing directory, for Kith's account alone; an existing one keeps its permissions.

        Raises FolderUnusable when the directory for the sockets belongs to somebody else or a path cannot be created.
        """
        try:
            for directory in (self.path, self.keys, self.data, self.log, self.run, self.sockets):
                if not directory.is_dir():
                    directory.mkdir(mode=0o700, parents=directory == self.path)
                    self.give_to_owner(directory)
                if directory == self.run:
                    self._refuse_foreign_run()
        except OSError as error:
            raise self._unusable_error(error) from error

    def give_to_owner(self, path: Path) -> None:
        """Give what root created in another account's data folder to that account, which may run Kith next."""
        owner = self.path.stat()
        if os.geteuid() == 0 and owner.st_uid != 0:
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)

    def lock(self) -> FolderLock:
        """Lock the folder for this process, or raise FolderInUse with the holder's process id.

        The lock is the kernel's (flock), never the mere existence of a file, so a kill or a power cut leaves no stale lock. A child that
        the killed process was just starting holds it until it has become a program of its own: for that we wait a moment.
        """
        self.create()
        lock_file = self.path / "lock"
        try:
            descriptor = os.open(lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self.give_to_owner(lock_file)
        except OSError as error:
            raise self._unusable_error(error) from error
        waited_until = time.monotonic() + _LAST_CHILD_SECONDS
        while not _try_lock(descriptor):
            content = os.pread(descriptor, 32, 0).strip()
            holder = int(content) if content.isdigit() else None
            if holder is None or _is_running(holder) or time.monotonic() > waited_until:
                os.close(descriptor)
                raise FolderInUse(self.path, holder)
            time.sleep(0.02)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return FolderLock(descriptor)

    def _refuse_foreign_run(self) -> None:
        status = self.run.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid not in (os.geteuid(), self.path.stat().st_uid):
            message = (
                f"{self.run}, where Kith keeps its sockets, belongs to somebody else (user {status.st_uid}). "
                "Have it removed, or run Kith as the account that owns it."
            )
            raise FolderUnusable(message)

    def _unusable_error(self, error: OSError) -> FolderUnusable:
        return FolderUnusable(f"The data folder {self.path} cannot be used: {error.strerror} ({error.filename}).")


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_running(process: int) -> bool:
    """Whether there is a process of this number, whoever owns it."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
