"""Launches the servers of one data folder: under which account, with which environment and into which log."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from libs.host.backing.server_events import ServerName
from libs.host.backing.server_process import ServerProcess, rotate_log
from libs.host.backing.service_account import (
    ServiceAccount,
    capability_to_enter,
    choose_account,
    first_closed_directory,
    grant_folder_access,
)
from libs.host.data_folder import DataFolder

# Nothing of Kith's own environment (secrets among it) reaches the servers.
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/local/bin:/usr/bin:/bin"}


@dataclass(frozen=True, slots=True)
class Launcher:
    """Launches programs on a data folder; `account` is None when servers run as Kith's own user."""

    folder: DataFolder
    account: ServiceAccount | None

    @classmethod
    def for_folder(cls, folder: DataFolder) -> "Launcher":
        """Choose the account; raises BackingStartError when root has no account to run the servers as."""
        account = choose_account(folder)
        if account is not None:
            grant_folder_access(account, folder)
        return cls(folder, account)

    def with_access_to(self, *paths: Path) -> "Launcher":
        """Return a launcher whose programs reach these paths even below closed directories; raises BackingStartError if impossible."""
        if self.account is None:
            return self
        closed = first_closed_directory(self.account, paths)
        if closed is None:
            return self
        return replace(self, account=replace(self.account, capability=capability_to_enter(closed, self.account)))

    def make_private_directory(self, directory: Path) -> None:
        """Create a directory that only the servers' account may enter, and make that account the owner of everything in it."""
        if not directory.is_dir():
            directory.mkdir(mode=0o700)
            self.folder.give_to_owner(directory)
        if self.account is not None:
            self.account.make_owner_of(directory)

    def write_private_file(self, path: Path, text: str) -> None:
        """Write a file that only the servers' account may read, atomically."""
        temporary = path.with_name(path.name + ".new")
        temporary.unlink(missing_ok=True)
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        self.folder.give_to_owner(temporary)
        if self.account is not None:
            self.account.make_owner_of(temporary)
        temporary.replace(path)

    def launch(self, server: ServerName, argv: Sequence[str]) -> ServerProcess:
        """Start a program under the servers' account, with its output going to the server's log."""
        log = self.log_file(server)
        rotate_log(log)
        log.touch(mode=0o600)
        self.folder.give_to_owner(log)
        command = self.account.command(argv) if self.account is not None else argv
        return ServerProcess.start(command, log=log, environment=ENVIRONMENT, directory=Path("/"))

    def log_file(self, server: ServerName) -> Path:
        """Return the log file of a server."""
        return self.folder.log / f"{server}.log"

    @property
    def uid(self) -> int:
        """The user id the servers run under."""
        return self.account.uid if self.account is not None else os.geteuid()
