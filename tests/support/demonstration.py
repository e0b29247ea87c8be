"""`kith demo` as a process of its own: three co-ops that have decided together, and the `kith` command beside them.

with demonstration() as demo:
    done = kith("status", demo.folder)
"""

import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from libs.host.backing.nats import free
from scripts.cli.demo.folder import EXAMPLE, Place, make
from tests.support import places
from tests.support.compose import ROOT

KITH = str(Path(sys.executable).parent / "kith")
UP_SECONDS = 120.0
PORTS = 9


@dataclass(frozen=True)
class Demonstration:
    """One that has told its story and stays up."""

    place: Path
    """Where the data folders of its co-ops are."""
    process: subprocess.Popen[bytes]
    said: str
    """On standard output."""
    told: str
    """On standard error."""

    @property
    def folder(self) -> Path:
        """The first co-op's: the one of 300, with a question left open."""
        return self.place / "elm-row"

    @property
    def links(self) -> list[str]:
        """To sign in with at the first co-op: as a member, and as the secretary."""
        return self.all_links[:2]

    @property
    def all_links(self) -> list[str]:
        """A member's and the secretary's of each co-op."""
        return re.findall(r"http://\S+/sign-in/\S+", self.said)


def kith(*arguments: str | Path, seconds: float = 120.0) -> subprocess.CompletedProcess[str]:
    return subprocess.run([KITH, *arguments], capture_output=True, text=True, check=False, cwd=ROOT, timeout=seconds)


@contextmanager
def a_place() -> Iterator[Path]:
    """A folder that the servers' account may enter: PostgreSQL will not run as root."""
    place = places.place("kt-")
    place.chmod(0o755)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def demonstration() -> Iterator[Demonstration]:
    """Stopped at the end, if it has not been before."""
    with a_place() as place:
        said, told = place / "said", place / "told"
        with said.open("w") as out, told.open("w") as err:
            command: list[str | Path] = [KITH, "demo", "--timings", "--folder", place / "demo", "--address", an_address()]
            process = subprocess.Popen(command, stdout=out, stderr=err, cwd=ROOT)
        try:
            yield Demonstration(place / "demo", process, *_once_told(process, said, told))
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(90)


@contextmanager
def elm_row() -> Iterator[Path]:
    """The data folder of the demonstration's first co-op by itself: founded, up, its 300 members admitted, and a second secretary."""
    with a_place() as place:
        folder, said = place / "elm-row", place / "said"
        make(folder, EXAMPLE, Place(an_address(), ""))
        with said.open("w") as out:
            process = subprocess.Popen([KITH, "up", folder], stdout=out, stderr=out, cwd=ROOT)
        try:
            until = time.monotonic() + UP_SECONDS
            while " is up after " not in said.read_text(encoding="utf-8"):
                assert process.poll() is None, said.read_text(encoding="utf-8")
                assert time.monotonic() < until, said.read_text(encoding="utf-8")
                time.sleep(0.05)
            for words in (("member", "import", EXAMPLE / "members.csv"), ("person", "hat", "give", "2", "secretary")):
                done = kith(*words, "--folder", folder)
                assert done.returncode == 0, done.stderr
            yield folder
        finally:
            process.terminate()
            process.wait(90)


def an_address() -> str:
    """The first of nine free ports beside each other: pages, health and other co-ops, for three."""
    # Anywhere in the range: other processes of the same run look for their own at the same moment.
    firsts = range(18400, 20200, PORTS)
    for first in random.sample(firsts, k=len(firsts)):
        if all(free(port) for port in range(first, first + PORTS)):
            return f"127.0.0.1:{first}"
    message = f"no {PORTS} free ports beside each other"
    raise OSError(message)


def _once_told(process: subprocess.Popen[bytes], said: Path, told: Path) -> tuple[str, str]:
    """What it said and told, up to its last line."""
    until = time.monotonic() + UP_SECONDS
    while "\npins " not in said.read_text(encoding="utf-8"):
        assert process.poll() is None, told.read_text(encoding="utf-8")
        assert time.monotonic() < until, told.read_text(encoding="utf-8")
        time.sleep(0.1)
    return said.read_text(encoding="utf-8"), told.read_text(encoding="utf-8")
