"""How the servers of one data folder are started: as whom, with what environment and into which log."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from libs.host.backing.account import Account, account_for, capability_to_pass, closed_way, open_way
from libs.host.backing.child import Child, turn_over
from libs.host.backing.notices import Server
from libs.host.folder import DataFolder

# Nothing of Kith's own environment (secrets among it) reaches the servers.
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/local/bin:/usr/bin:/bin"}


@dataclass(frozen=True, slots=True)
class Hands:
    """What is needed to start a program on a data folder; `account` is None when servers run as Kith itself does."""

    folder: DataFolder
    account: Account | None

    @classmethod
    def of(cls, folder: DataFolder) -> "Hands":
        """Find out the account; raises CannotStart when root has no account to run the servers as."""
        account = account_for(folder)
        if account is not None:
            open_way(account, folder)
        return cls(folder, account)

    def reaching(self, *paths: Path) -> "Hands":
        """Return hands that reach these paths even below closed directories; raises CannotStart when that cannot be had."""
        if self.account is None:
            return self
        closed = closed_way(self.account, paths)
        if closed is None:
            return self
        return replace(self, account=replace(self.account, capability=capability_to_pass(closed, self.account)))

    def keep(self, directory: Path) -> None:
        """Make a directory that only the servers' account may enter, and give it all that is in it."""
        if not directory.is_dir():
            directory.mkdir(mode=0o700)
            self.folder.own(directory)
        if self.account is not None:
            self.account.give(directory)

    def write(self, path: Path, text: str) -> None:
        """Write a file that only the servers' account may read, complete or not at all."""
        fresh = path.with_name(path.name + ".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        self.folder.own(fresh)
        if self.account is not None:
            self.account.give(fresh)
        fresh.replace(path)

    def begin(self, server: Server, argv: Sequence[str]) -> Child:
        """Start a program as the servers' account, its output going to the server's log."""
        log = self.log(server)
        turn_over(log)
        log.touch(mode=0o600)
        self.folder.own(log)
        command = self.account.command(argv) if self.account is not None else argv
        return Child.begin(command, log=log, environment=ENVIRONMENT, directory=Path("/"))

    def log(self, server: Server) -> Path:
        """Return the log file of a server."""
        return self.folder.log / f"{server}.log"

    @property
    def uid(self) -> int:
        """The user id the servers run under."""
        return self.account.uid if self.account is not None else os.geteuid()
