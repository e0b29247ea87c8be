"""A built tree of Kith (a checkout with its `.venv`), driven from outside by its `kith` command, so that two can be compared.

Nothing of the other tree is imported: only what stays the same between versions is used, its commands, its health address and its folders.
"""

import http.client
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.processes import cpu_of_descendants
from tests.support import temp_folders
from tests.support.demo_process import free_address

ROOT = Path(__file__).parent.parent
UP_SECONDS = 240.0
PORTS_EACH = 3
"""Ports of a demonstration's co-op: its pages, its health, its border."""


@dataclass(frozen=True)
class BuiltTree:
    """A checkout with its environment."""

    name: str
    path: Path

    @property
    def kith(self) -> Path:
        return self.path / ".venv" / "bin" / "kith"

    @property
    def commit(self) -> str:
        return subprocess.run(["git", "log", "-1", "--format=%h"], cwd=self.path, capture_output=True, text=True, check=True).stdout.strip()

    def start(self, *arguments: str | Path, output: Path | None = None) -> "subprocess.Popen[bytes]":
        """Starts its `kith` command, with all its output in the file."""
        with (output or Path(os.devnull)).open("ab") as log:
            return subprocess.Popen([self.kith, *arguments], cwd=self.path, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def python(self, code: str, *arguments: str) -> str:
        """Runs Python code in its environment and returns the standard output. A measurement that misses its aim exits with 1."""
        command = [str(self.path / ".venv/bin/python"), "-c", code, *arguments]
        completed = subprocess.run(command, cwd=self.path, capture_output=True, text=True, check=False)
        if completed.returncode not in (0, 1) or not completed.stdout:
            raise RuntimeError(completed.stderr[-2000:])
        return completed.stdout


THIS_TREE = BuiltTree("now", ROOT)


def stop_on_sigterm() -> None:
    """Lets SIGTERM end this process as Ctrl-C does, so that everything it has started is stopped."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def other_tree(path: Path) -> BuiltTree:
    """The tree to compare with. Exits with a sentence when it is not built."""
    tree = BuiltTree("before", path.resolve())
    if not tree.kith.exists():
        sys.exit(f"{tree.path} is not built: run scripts/setup dev there.")
    return tree


@dataclass
class CoOpAlone:
    """A co-op without peers, made by a tree's `kith init`."""

    tree: BuiltTree
    folder: Path
    address: str
    process: "subprocess.Popen[bytes] | None" = None

    def init(self) -> None:
        options = ["--name", "Bench Row Care", "--id", "bench-row", "--template", "somerset-like", "--zone", "Europe/London", "--phone", ""]
        options += ["--founder", "Ash Example", "--founder-email", "ash@example.org", "--address", self.address, "--no-input"]
        process = self.tree.start("init", self.folder, *options, output=self._log)
        if process.wait():
            raise RuntimeError(self._log.read_text(encoding="utf-8"))

    def start(self) -> None:
        """Starts it and waits until everything answers and the co-op is founded."""
        self.process = self.tree.start("up", self.folder, output=self._log)
        wait_until(lambda: not (self.folder / "founding.toml").exists() and is_ready(self.address), self._log, self._has_ended)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)

    @property
    def _log(self) -> Path:
        return self.folder.parent / f"{self.folder.name}.log"

    def _has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None


@dataclass
class Demonstration:
    """A tree's `kith demo`: three co-ops that are peers and decide together."""

    tree: BuiltTree
    folder: Path
    address: str
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def log(self) -> Path:
        return self.folder.parent / f"{self.folder.name}.log"

    def start(self, *options: str) -> None:
        self.process = self.tree.start("demo", "--folder", self.folder, "--address", self.address, *options, output=self.log)

    def wait_until_up(self) -> None:
        """Waits until each of the three is founded and answers."""
        host, port = self.address.rsplit(":", 1)
        pages = [f"{host}:{int(port) + PORTS_EACH * index}" for index in range(3)]
        wait_until(lambda: all(map(is_ready, pages)) and not list(self.folder.glob("*/founding.toml")), self.log, self._has_ended)

    def wait_until_decided(self) -> None:
        """Waits until the votes are counted and the pages are left to look at."""
        wait_until(lambda: "\npins " in self.log.read_text(encoding="utf-8"), self.log, self._has_ended)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(120)

    def _has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None


@contextmanager
def co_op_alone(tree: BuiltTree) -> Iterator[CoOpAlone]:
    """A founded, running co-op of that tree."""
    with short_folder() as folder:
        co_op = CoOpAlone(tree, folder / "co-op", free_address())
        try:
            co_op.init()
            co_op.start()
            yield co_op
        finally:
            co_op.stop()


@contextmanager
def demonstration(tree: BuiltTree) -> Iterator[Demonstration]:
    """A demonstration of that tree, not started; stopped at the end if it still runs."""
    with short_folder() as folder:
        demo = Demonstration(tree, folder / "demo", free_address())
        try:
            yield demo
        finally:
            demo.stop()


@contextmanager
def short_folder() -> Iterator[Path]:
    """A folder with a short path that the servers' account can enter."""
    folder = temp_folders.make_temp_folder("kb-")
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def is_ready(pages: str) -> bool:
    """Whether the co-op answers on its health address, which is one port above its pages."""
    host, port = pages.rsplit(":", 1)
    connection = http.client.HTTPConnection(host, int(port) + 1, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait_until(condition: Callable[[], bool], log: Path, has_ended: Callable[[], bool]) -> None:
    """Raises RuntimeError with the end of the log when the process ends first or takes too long."""
    until = time.monotonic() + UP_SECONDS
    while not condition():
        if has_ended() or time.monotonic() > until:
            raise RuntimeError(log.read_text(encoding="utf-8")[-2000:])
        time.sleep(0.05)


def cpu_during(act: Callable[[], object]) -> float:
    """CPU seconds that everything below this process used meanwhile."""
    before = cpu_of_descendants()
    act()
    return cpu_of_descendants() - before
