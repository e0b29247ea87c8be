"""`kith demo` as a process of its own: a founded co-op of 300 that is up within seconds, and the `kith` command beside it.

with demonstration() as demo:
    done = kith("status", demo.folder)
"""

import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.compose import ROOT

KITH = str(Path(sys.executable).parent / "kith")
UP_SECONDS = 90.0


@dataclass(frozen=True)
class Demonstration:
    """One that has told its story and stays up."""

    folder: Path
    process: subprocess.Popen[bytes]
    said: str

    @property
    def links(self) -> list[str]:
        """To sign in with: as a member, and as the secretary."""
        return re.findall(r"http://\S+/sign-in/\S+", self.said)


def kith(*arguments: str | Path, seconds: float = 120.0) -> subprocess.CompletedProcess[str]:
    return subprocess.run([KITH, *arguments], capture_output=True, text=True, check=False, cwd=ROOT, timeout=seconds)


@contextmanager
def a_place() -> Iterator[Path]:
    """A folder that the servers' account may enter: PostgreSQL will not run as root."""
    place = Path(tempfile.mkdtemp(prefix="kt-", dir="/tmp"))
    place.chmod(0o755)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def demonstration() -> Iterator[Demonstration]:
    """Stopped at the end, if it has not been before."""
    with a_place() as place:
        said = place / "said"
        with said.open("w") as out:
            command: list[str | Path] = [KITH, "demo", "--folder", place / "demo", "--address", an_address()]
            process = subprocess.Popen(command, stdout=out, stderr=out, cwd=ROOT)
        try:
            yield Demonstration(place / "demo", process, _once_up(said, process))
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(90)


def an_address() -> str:
    """A free port with a free one beside it: pages, and health."""
    # Anywhere in the range: other processes of the same run look for two at the same moment.
    for port in random.sample(range(18400, 19400, 2), k=500):
        with socket.socket() as pages, socket.socket() as health:
            try:
                pages.bind(("127.0.0.1", port))
                health.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return f"127.0.0.1:{port}"
    message = "no two free ports beside each other"
    raise OSError(message)


def _once_up(said: Path, process: subprocess.Popen[bytes]) -> str:
    until = time.monotonic() + UP_SECONDS
    while "Stop " not in said.read_text(encoding="utf-8"):
        assert process.poll() is None, said.read_text(encoding="utf-8")
        assert time.monotonic() < until, said.read_text(encoding="utf-8")
        time.sleep(0.1)
    return said.read_text(encoding="utf-8")
