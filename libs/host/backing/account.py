"""Which account the servers run as.

An ordinary user's servers run as that user. Root's do not run as root: PostgreSQL refuses to, and NATS has no need to. They
run as the account that owns the data folder, or else the first of `kith`, `postgres` and `nobody` that the machine has.

That account must reach the data and the programs. Inside the data folder Kith opens the way to the account's group alone.
Above it Kith changes nothing: where a directory on the way is closed (a clone in /root), the server keeps the one Linux
capability to pass closed directories, CAP_DAC_READ_SEARCH, or CAP_DAC_OVERRIDE where a container grants only that.
"""

import grp
import os
import pwd
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from libs.host.backing.refused import CannotStart
from libs.host.folder import DataFolder

PREFERRED = ("kith", "postgres", "nobody")
CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2
DESCEND = Path(__file__).with_name("descend.py")


@dataclass(frozen=True, slots=True)
class Account:
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
        return [sys.executable, "-I", "-S", "-B", str(DESCEND), str(self.uid), str(self.gid), groups, kept, *argv]

    def give(self, path: Path) -> None:
        """Make the account the owner of a file or of a directory with all that is in it."""
        if path.lstat().st_uid == self.uid:
            return
        for root, directories, files in os.walk(path):
            for name in (*directories, *files):
                os.chown(Path(root, name), self.uid, self.gid, follow_symlinks=False)
        # The top last: when this is interrupted, the next start sees the old owner and begins again.
        os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def passes(self, directory: Path) -> bool:
        """Say whether the permission bits let the account through a directory."""
        found = directory.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & 0o100)
        if found.st_gid == self.gid or found.st_gid in self.groups:
            return bool(found.st_mode & 0o010)
        return bool(found.st_mode & 0o001)


def without_descent(argv: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a command line becomes: the same, or for one made by `Account.command` the command in it.

    A Kith may be killed in the very moment when its child is still on the way to being a server.
    """
    if str(DESCEND) not in argv:
        return argv
    return argv[argv.index(str(DESCEND)) + 5 :]


def account_for(folder: DataFolder) -> Account | None:
    """Return the account that root's servers run as on this folder; None when Kith is not root, and they run as Kith does."""
    if os.geteuid() != 0:
        return None
    owner = folder.path.stat().st_uid
    names: Iterable[str] = PREFERRED
    if owner != 0:
        try:
            names = (pwd.getpwuid(owner).pw_name,)
        except KeyError:
            message = f"The data folder {folder.path} belongs to user {owner}, whom this machine does not know. Give it to an account here."
            raise CannotStart(message) from None
    for name in names:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid, tuple(one.gr_gid for one in grp.getgrall() if name in one.gr_mem))
    message = (
        "Kith runs as root, and PostgreSQL must not. Make an account named kith (adduser --system --group kith), "
        "or run Kith as an ordinary user."
    )
    raise CannotStart(message)


def open_way(account: Account, folder: DataFolder) -> None:
    """Let the account's group pass the directories of the data folder that lie above its servers' own."""
    for directory in (folder.path, folder.data, folder.run):
        if not account.passes(directory):
            os.chown(directory, -1, account.gid)
            directory.chmod((directory.stat().st_mode | 0o010) & 0o7777)


def closed_way(account: Account, paths: Iterable[Path]) -> Path | None:
    """Return the first directory on the way to any of the paths that the account cannot pass, or None."""
    ways = {parent for path in paths for real in (path, path.resolve()) for parent in real.absolute().parents}
    return next((directory for directory in sorted(ways) if not account.passes(directory)), None)


def capability_to_pass(closed: Path, account: Account) -> int:
    """Return the capability that lets an account past a closed directory; raises CannotStart when Kith has none to give."""
    held = held_capabilities()
    for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        if held >> capability & 1:
            return capability
    message = (
        f"The account {account.name} cannot pass {closed}. Move Kith and its data folder to where it can, or run Kith as an ordinary user."
    )
    raise CannotStart(message)


def held_capabilities() -> int:
    """Return this process's permitted capabilities as a bit set, 0 where the kernel does not tell."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1], 16) for line in lines if line.startswith("CapPrm:")), 0)
