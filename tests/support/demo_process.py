"""Runs `kith demo` as a separate process: three co-ops that have decided together. Also runs the `kith` command.

with running_demo() as demo:
    completed = run_kith("status", demo.folder)
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

from libs.host.backing.nats_server import is_port_free
from scripts.cli.demo.folders import CO_OPS, EXAMPLE, CoOpAddresses, make_demo_folder
from tests.support import temp_folders
from tests.support.compose_file import ROOT

KITH = str(Path(sys.executable).parent / "kith")
UP_SECONDS = 300.0
PORTS = 9


@dataclass(frozen=True)
class DemoProcess:
    """A running `kith demo` that has finished its votes."""

    folder_of_co_ops: Path
    """The folder that contains the data folders of its co-ops."""
    process: subprocess.Popen[bytes]
    stdout: str
    """Its standard output up to the sign-in links."""
    stderr: str
    """Its standard error up to then."""

    @property
    def folder(self) -> Path:
        """The first co-op's data folder: 300 members and one open motion."""
        return self.folder_of_co_ops / "elm-row"

    @property
    def links(self) -> list[str]:
        """Sign-in links for the first co-op: a member's and the secretary's."""
        return self.all_links[:2]

    @property
    def team_owner_link(self) -> str:
        """The sign-in link of somebody in the first co-op who has a team."""
        return self.all_links[2 * len(CO_OPS)]

    @property
    def team_worker_link(self) -> str:
        """The sign-in link of a worker in that team."""
        return self.all_links[2 * len(CO_OPS) + 1]

    @property
    def all_links(self) -> list[str]:
        """The sign-in links of each co-op: a member's and the secretary's; then of six people of the first, `team_owner_link` first."""
        return re.findall(r"http://\S+/sign-in/\S+", self.stdout)


def run_kith(*arguments: str | Path, seconds: float = 120.0) -> subprocess.CompletedProcess[str]:
    return subprocess.run([KITH, *arguments], capture_output=True, text=True, check=False, cwd=ROOT, timeout=seconds)


@contextmanager
def service_readable_folder() -> Iterator[Path]:
    """A folder that the service account can enter: PostgreSQL refuses to run as root."""
    folder_for_service = temp_folders.make_temp_folder("kt-")
    folder_for_service.chmod(0o755)
    try:
        yield folder_for_service
    finally:
        shutil.rmtree(folder_for_service, ignore_errors=True)


@contextmanager
def running_demo() -> Iterator[DemoProcess]:
    """Runs `kith demo`; stops it at the end if it still runs."""
    with service_readable_folder() as folder_for_service:
        stdout, stderr = folder_for_service / "said", folder_for_service / "told"
        with stdout.open("w") as out, stderr.open("w") as err:
            command: list[str | Path] = [KITH, "demo", "--timings", "--folder", folder_for_service / "demo", "--address", free_address()]
            process = subprocess.Popen(command, stdout=out, stderr=err, cwd=ROOT)
        try:
            yield DemoProcess(folder_for_service / "demo", process, *_wait_for_links(process, stdout, stderr))
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(90)


@contextmanager
def running_elm_row() -> Iterator[Path]:
    """Runs only the demo's first co-op, with 300 members and a second secretary; yields its data folder."""
    with service_readable_folder() as folder_for_service:
        folder, stdout = folder_for_service / "elm-row", folder_for_service / "said"
        make_demo_folder(folder, EXAMPLE, CoOpAddresses(free_address(), ""))
        with stdout.open("w") as out:
            process = subprocess.Popen([KITH, "up", folder], stdout=out, stderr=out, cwd=ROOT)
        try:
            until = time.monotonic() + UP_SECONDS
            while " is up after " not in stdout.read_text(encoding="utf-8"):
                assert process.poll() is None, stdout.read_text(encoding="utf-8")
                assert time.monotonic() < until, stdout.read_text(encoding="utf-8")
                time.sleep(0.05)
            for words in (("member", "import", EXAMPLE / "members.csv"), ("person", "hat", "give", "2", "secretary")):
                done = run_kith(*words, "--folder", folder)
                assert done.returncode == 0, done.stderr
            yield folder
        finally:
            process.terminate()
            process.wait(90)


def free_address() -> str:
    """An address with nine free consecutive ports: pages, health and border for three co-ops."""
    # In random order: other processes of the same run look for ports at the same time.
    firsts = range(18400, 20200, PORTS)
    for first in random.sample(firsts, k=len(firsts)):
        if all(is_port_free(port) for port in range(first, first + PORTS)):
            return f"127.0.0.1:{first}"
    message = f"no {PORTS} free ports beside each other"
    raise OSError(message)


def _wait_for_links(process: subprocess.Popen[bytes], stdout: Path, stderr: Path) -> tuple[str, str]:
    """Waits for its last line; returns its standard output and standard error."""
    until = time.monotonic() + UP_SECONDS
    while "\npins " not in stdout.read_text(encoding="utf-8"):
        assert process.poll() is None, stderr.read_text(encoding="utf-8")
        assert time.monotonic() < until, stderr.read_text(encoding="utf-8")
        time.sleep(0.1)
    return stdout.read_text(encoding="utf-8"), stderr.read_text(encoding="utf-8")
