"""The operating-system account that the servers run as.

An ordinary user's servers run as that user. Root's do not run as root: PostgreSQL refuses to, and NATS has no need to. They
run as the account that owns the data folder, or else as the first of `kith`, `postgres` and `nobody` that exists on the machine.

That account must reach the data and the programs. Inside the data folder Kith grants access to the account's group alone.
Above it Kith changes nothing: where a parent directory is closed (a clone in /root), the server keeps the one Linux
capability that lets it enter closed directories, CAP_DAC_READ_SEARCH, or CAP_DAC_OVERRIDE where a container grants only that.
"""

import grp
import os
import pwd
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from libs.host.backing.errors import BackingStartError
from libs.host.data_folder import DataFolder

PREFERRED_ACCOUNTS = ("kith", "postgres", "nobody")
CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2
DROP_PRIVILEGES = Path(__file__).with_name("drop_privileges.py")


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """An unprivileged account of this machine, and the capability its servers need to reach their files (or None)."""

    name: str
    uid: int
    gid: int
    groups: tuple[int, ...] = ()
    capability: int | None = None

    def command(self, argv: Sequence[str]) -> list[str]:
        """Return the command that becomes `argv`, run as this account."""
        groups = ",".join(map(str, self.groups)) or "-"
        kept = "-" if self.capability is None else str(self.capability)
        return [sys.executable, "-I", "-S", "-B", str(DROP_PRIVILEGES), str(self.uid), str(self.gid), groups, kept, *argv]

    def make_owner_of(self, path: Path) -> None:
        """Make the account the owner of a file, or of a directory and everything in it."""
        if path.lstat().st_uid == self.uid:
            return
        for root, directories, files in os.walk(path):
            for name in (*directories, *files):
                os.chown(Path(root, name), self.uid, self.gid, follow_symlinks=False)
        # The top directory comes last: if this is interrupted, the next start sees the old owner and begins again.
        os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def can_enter(self, directory: Path) -> bool:
        """Whether the permission bits let the account enter a directory."""
        status = directory.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & 0o100)
        if status.st_gid == self.gid or status.st_gid in self.groups:
            return bool(status.st_mode & 0o010)
        return bool(status.st_mode & 0o001)


def strip_drop_privileges(argv: tuple[str, ...]) -> tuple[str, ...]:
    """Return a command line without the drop_privileges wrapper that `ServiceAccount.command` puts around it.

    Kith may be killed while its child process has not yet replaced itself with the server.
    """
    if str(DROP_PRIVILEGES) not in argv:
        return argv
    return argv[argv.index(str(DROP_PRIVILEGES)) + 5 :]


def choose_account(folder: DataFolder) -> ServiceAccount | None:
    """Return the account for servers that root starts on this folder; None when Kith is not root, and they run as Kith does."""
    if os.geteuid() != 0:
        return None
    owner = folder.path.stat().st_uid
    names: Iterable[str] = PREFERRED_ACCOUNTS
    if owner != 0:
        try:
            names = (pwd.getpwuid(owner).pw_name,)
        except KeyError:
            message = f"The data folder {folder.path} belongs to user {owner}, whom this machine does not know. Give it to an account here."
            raise BackingStartError(message) from None
    for name in names:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServiceAccount(name, entry.pw_uid, entry.pw_gid, tuple(group.gr_gid for group in grp.getgrall() if name in group.gr_mem))
    message = (
        "Kith runs as root, and PostgreSQL must not. Make an account named kith (adduser --system --group kith), "
        "or run Kith as an ordinary user."
    )
    raise BackingStartError(message)


def grant_folder_access(account: ServiceAccount, folder: DataFolder) -> None:
    """Let the account's group enter the directories of the data folder that lie above the servers' own."""
    for directory in (folder.path, folder.data, folder.run):
        if not account.can_enter(directory):
            os.chown(directory, -1, account.gid)
            directory.chmod((directory.stat().st_mode | 0o010) & 0o7777)


def first_closed_directory(account: ServiceAccount, paths: Iterable[Path]) -> Path | None:
    """Return the first parent directory of any of the paths that the account cannot enter, or None."""
    parents = {parent for path in paths for real in (path, path.resolve()) for parent in real.absolute().parents}
    return next((directory for directory in sorted(parents) if not account.can_enter(directory)), None)


def capability_to_enter(closed: Path, account: ServiceAccount) -> int:
    """Return the capability that lets an account enter a closed directory; raises BackingStartError when Kith does not hold one."""
    capabilities = own_capabilities()
    for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        if capabilities >> capability & 1:
            return capability
    message = (
        f"The account {account.name} cannot pass {closed}. Move Kith and its data folder to where it can, or run Kith as an ordinary user."
    )
    raise BackingStartError(message)


def own_capabilities() -> int:
    """Return this process's permitted capabilities as a bit set; 0 where the kernel does not say."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1], 16) for line in lines if line.startswith("CapPrm:")), 0)
