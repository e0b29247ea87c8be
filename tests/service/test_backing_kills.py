"""Kills: of a server under a living Kith, of Kith above living servers, and of both."""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from libs.host.backing import BackingServices, BackingSettings, DataFolder, ServerEvent, ServerEventKind, start_backing_services
from libs.host.backing.processes import command_line_of, find_processes

SETTINGS = BackingSettings(postgres_password="postgres-password", nats_password="nats-password-16")
REPOSITORY = Path(__file__).parents[2]
# A Kith reduced to its backing services: it says which processes it has and waits to be killed.
HOST = """
import asyncio, sys
from pathlib import Path
from libs.host.backing import BackingSettings, DataFolder, start_backing_services
async def main():
    backing = await start_backing_services(DataFolder(Path(sys.argv[1])), BackingSettings("postgres-password", "nats-password-16"))
    print(backing.postgres_pid, backing.nats_pid, flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""

pytestmark = pytest.mark.asyncio


@pytest.fixture
def folder() -> Iterator[DataFolder]:
    place = Path(tempfile.mkdtemp(prefix="kt-", dir="/tmp"))
    place.chmod(0o755)
    yield DataFolder(place / "co-op")
    shutil.rmtree(place)


class ServerEventLog:
    """Keeps every notice, and waits for one."""

    def __init__(self) -> None:
        self.heard: list[ServerEvent] = []

    async def __call__(self, notice: ServerEvent) -> None:
        self.heard.append(notice)

    async def until(self, server: str, event: ServerEventKind) -> None:
        async with asyncio.timeout(60):
            while (server, event) not in {(one.server, one.kind) for one in self.heard}:
                await asyncio.sleep(0.02)

    def of(self, server: str) -> list[ServerEventKind]:
        return [one.kind for one in self.heard if one.server == server and one.kind is not ServerEventKind.ACCOUNT]


async def open_session(backing: BackingServices) -> asyncpg.Connection:
    at = backing.postgres
    return await asyncpg.connect(host=at.host, port=at.port, user=at.user, password=at.password, database=at.database)


async def kill_host(folder: DataFolder) -> tuple[int, int]:
    """Start a Kith on the folder, kill it with -9 once it is up, and return the process ids of the servers it leaves."""
    host = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOST, str(folder.path), cwd=REPOSITORY, stdout=asyncio.subprocess.PIPE
    )
    assert host.stdout is not None
    postgres, nats = (await host.stdout.readline()).split()
    host.kill()
    await host.communicate()
    return int(postgres), int(nats)


def remaining_processes(folder: DataFolder) -> list[int]:
    return find_processes(lambda argv: any(str(folder.path) in part or f"kith-{folder.path_hash}:" in part for part in argv))


async def test_a_killed_postgresql_comes_back_with_all_that_was_committed(folder: DataFolder) -> None:
    news = ServerEventLog()
    backing = await start_backing_services(folder, SETTINGS, on_event=news)
    postgres = await open_session(backing)
    await postgres.execute("create table ballots (n int)")
    for number in range(50):
        await postgres.execute("insert into ballots values ($1)", number)
    busy = await open_session(backing)
    work = asyncio.create_task(busy.execute("select count(*) from generate_series(1, 100000000)"))
    await asyncio.sleep(0.1)
    old = backing.postgres_pid
    assert old is not None
    began = time.perf_counter()
    os.kill(old, signal.SIGKILL)
    await news.until("postgres", ServerEventKind.RESTARTED)
    print(f"\nkilled PostgreSQL back after {time.perf_counter() - began:.3f} s")  # noqa: T201 -- the measured time
    await asyncio.gather(work, return_exceptions=True)
    assert backing.postgres_pid not in (None, old)
    again = await open_session(backing)
    assert await again.fetchval("select count(*) from ballots") == 50
    await again.close()
    assert news.of("postgres") == [ServerEventKind.DIED, ServerEventKind.RESTARTED]
    await backing.stop()
    assert remaining_processes(folder) == []


async def test_a_killed_nats_comes_back_at_the_same_address_every_time(folder: DataFolder) -> None:
    news = ServerEventLog()
    backing = await start_backing_services(folder, SETTINGS, on_event=news)
    host, _, port = backing.nats.servers[0].removeprefix("nats://").partition(":")
    for _ in range(3):
        news.heard.clear()
        assert backing.nats_pid is not None
        began = time.perf_counter()
        os.kill(backing.nats_pid, signal.SIGKILL)
        await news.until("nats", ServerEventKind.RESTARTED)
        print(f"\nkilled NATS back after {time.perf_counter() - began:.3f} s")  # noqa: T201 -- the measured time
        _, writer = await asyncio.open_connection(host, int(port))
        writer.close()
    await backing.stop()
    assert remaining_processes(folder) == []


async def test_servers_that_outlive_a_killed_kith_are_taken_over_and_still_watched(folder: DataFolder) -> None:
    pids = await kill_host(folder)
    news = ServerEventLog()
    began = time.perf_counter()
    backing = await start_backing_services(folder, SETTINGS, on_event=news)
    print(f"\ntaken over in {time.perf_counter() - began:.3f} s")  # noqa: T201 -- the measured time
    assert (backing.postgres_pid, backing.nats_pid) == pids
    assert news.of("postgres") == news.of("nats") == [ServerEventKind.ADOPTED]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    await news.until("postgres", ServerEventKind.RESTARTED)
    await news.until("nats", ServerEventKind.RESTARTED)
    await (await open_session(backing)).close()
    await backing.stop()
    assert remaining_processes(folder) == []


async def test_a_taken_over_server_stops_like_any_other(folder: DataFolder) -> None:
    await kill_host(folder)
    await (await start_backing_services(folder, SETTINGS)).stop()
    assert remaining_processes(folder) == []
    assert not (folder.postgres / "postmaster.pid").exists(), "PostgreSQL closed in order"


async def test_a_left_server_that_is_not_the_wanted_one_is_stopped_and_replaced(folder: DataFolder) -> None:
    _, old = await kill_host(folder)
    news = ServerEventLog()
    backing = await start_backing_services(folder, replace(SETTINGS, nats_password="a-new-nats-password"), on_event=news)
    assert news.of("nats") == [ServerEventKind.ORPHAN_STOPPED]
    assert news.of("postgres") == [ServerEventKind.ADOPTED]
    assert command_line_of(old) == ()
    await backing.stop()
    assert remaining_processes(folder) == []


async def test_when_kith_and_its_servers_are_killed_together_the_next_start_recovers(folder: DataFolder) -> None:
    for pid in await kill_host(folder):
        os.kill(pid, signal.SIGKILL)
    backing = await start_backing_services(folder, SETTINGS)
    await (await open_session(backing)).close()
    await backing.stop()
    assert remaining_processes(folder) == []


@pytest.mark.parametrize("moment", [0.15, 0.25, 0.35, 0.5, 0.65, 0.8])
async def test_a_first_start_killed_at_any_moment_is_made_good_by_the_next(folder: DataFolder, moment: float) -> None:
    host = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOST, str(folder.path), cwd=REPOSITORY, stdout=asyncio.subprocess.DEVNULL
    )
    await asyncio.sleep(moment)
    host.kill()
    await host.wait()
    backing = await start_backing_services(folder, SETTINGS)
    await (await open_session(backing)).close()
    await backing.stop()
    assert remaining_processes(folder) == []


async def test_a_stop_while_a_server_is_being_started_again_leaves_nothing(folder: DataFolder) -> None:
    for pause in (0.0, 0.21, 0.24, 0.3):
        news = ServerEventLog()
        backing = await start_backing_services(folder, SETTINGS, on_event=news)
        for pid in (backing.postgres_pid, backing.nats_pid):
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
        await news.until("postgres", ServerEventKind.DIED)
        await asyncio.sleep(pause)
        await backing.stop()
        assert remaining_processes(folder) == []
