"""PostgreSQL and NATS brought up for real on a fresh data folder: what is there afterwards, and what is refused."""

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import nats
import pytest
from nats.aio.client import Client

from libs.host.backing import BackingServices, BackingSettings, BackingStartError, DataFolder, start_backing_services
from libs.host.backing.launch import Launcher
from libs.host.backing.nats_probe import NatsProbeError, probe_nats
from libs.host.backing.postgres_server import initdb_command
from libs.host.backing.processes import find_processes
from libs.host.backing.server_programs import PostgresPrograms, find_postgres_programs

SETTINGS = BackingSettings(postgres_password="postgres-password", nats_password="nats-password-16")

pytestmark = pytest.mark.asyncio


@pytest.fixture
def folder() -> Iterator[DataFolder]:
    place = Path(tempfile.mkdtemp(prefix="kt-", dir="/tmp"))
    place.chmod(0o755)
    yield DataFolder(place / "co-op")
    shutil.rmtree(place)


async def open_session(backing: BackingServices) -> asyncpg.Connection:
    at = backing.postgres
    return await asyncpg.connect(host=at.host, port=at.port, user=at.user, password=at.password, database=at.database)


async def open_nats_client(backing: BackingServices) -> Client:
    at = backing.nats
    return await nats.connect(list(at.servers), user=at.user, password=at.password)


def remaining_processes(folder: DataFolder) -> list[int]:
    """Every process whose command line or title names this folder."""
    return find_processes(lambda argv: any(str(folder.path) in part or f"kith-{folder.path_hash}:" in part for part in argv))


async def test_what_was_kept_is_there_after_a_stop_and_a_start(folder: DataFolder) -> None:
    began = time.perf_counter()
    backing = await start_backing_services(folder, SETTINGS)
    first = time.perf_counter() - began
    postgres = await open_session(backing)
    await postgres.execute("create table kept (word text)")
    await postgres.execute("insert into kept values ('held')")
    await postgres.close()
    bus = await open_nats_client(backing)
    await bus.jetstream().add_stream(name="KEPT", subjects=["kept"])
    await bus.jetstream().publish("kept", b"held")
    await bus.close()
    where = backing.nats.servers
    began = time.perf_counter()
    await backing.stop()
    stopped = time.perf_counter() - began
    assert remaining_processes(folder) == []

    began = time.perf_counter()
    backing = await start_backing_services(folder, SETTINGS)
    again = time.perf_counter() - began
    postgres = await open_session(backing)
    assert await postgres.fetchval("select word from kept") == "held"
    await postgres.close()
    assert backing.nats.servers == where
    bus = await open_nats_client(backing)
    assert (await bus.jetstream().get_last_msg("KEPT", "kept")).data == b"held"
    await bus.close()
    await backing.stop()
    print(f"\nfirst start {first:.3f} s, stop {stopped:.3f} s, start {again:.3f} s")  # noqa: T201 -- the measured times
    assert first < 30
    assert again < 30


async def test_the_servers_are_closed_to_everybody_else(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KITH_SECRET", "for Kith alone")
    backing = await start_backing_services(folder, SETTINGS)
    try:
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(host=backing.postgres.host, port=5432, user="kith_admin", password="guess", database="postgres")
        host, _, port = backing.nats.servers[0].removeprefix("nats://").partition(":")
        with pytest.raises(NatsProbeError, match="Authorization Violation"):
            await probe_nats(host, int(port), "kith", "guess")
        postgres = await open_session(backing)
        assert await postgres.fetchval("show listen_addresses") == ""
        await postgres.close()
        assert backing.nats.servers[0].startswith("nats://127.0.0.1:")
        assert is_private(Path(backing.postgres.host))
        assert is_private(folder.nats / "nats.conf")
        for pid in (backing.postgres_pid, backing.nats_pid):
            assert pid is not None
            assert os.getsid(pid) == pid, "a session of its own, out of reach of Ctrl-C"
            assert owner_of(pid) != 0, "never root"
            assert b"KITH_SECRET" not in environment_of(pid)
    finally:
        await backing.stop()


def is_private(path: Path) -> bool:
    return path.stat().st_mode & 0o077 == 0


def owner_of(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


def environment_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


async def test_an_acknowledged_write_is_on_the_disk_and_sorted_alike_everywhere(folder: DataFolder) -> None:
    backing = await start_backing_services(folder, SETTINGS)
    postgres = await open_session(backing)
    for name, value in {
        "fsync": "on",
        "synchronous_commit": "on",
        "data_checksums": "on",
        "server_encoding": "UTF8",
        "TimeZone": "UTC",
    }.items():
        assert await postgres.fetchval("select current_setting($1)", name) == value
    rows = await postgres.fetch("select w from unnest(array['é', 'b', 'Z', 'a']) w order by w")
    await postgres.close()
    await backing.stop()
    assert [row["w"] for row in rows] == ["Z", "a", "b", "é"]


async def test_values_in_a_failed_statement_are_not_logged(folder: DataFolder) -> None:
    backing = await start_backing_services(folder, SETTINGS)
    postgres = await open_session(backing)
    await postgres.execute("create table people (name text primary key)")
    await postgres.execute("insert into people values ('Quillon Marrowby')")
    with pytest.raises(asyncpg.UniqueViolationError):
        await postgres.execute("insert into people values ('Quillon Marrowby')")
    with pytest.raises(asyncpg.InvalidTextRepresentationError):
        await postgres.execute("select 'Quillon Marrowby'::integer")
    await postgres.close()
    await backing.stop()
    log = (folder.log / "postgres.log").read_text()
    assert "ready to accept connections" in log
    assert "Quillon" not in log


@pytest.mark.parametrize("programs", find_postgres_programs("any"), ids=lambda one: f"{one.origin}-{one.major}")
async def test_every_postgresql_of_this_machine_serves_the_folder_it_made(folder: DataFolder, programs: PostgresPrograms) -> None:
    folder.create()
    launcher = Launcher.for_folder(folder)
    launcher.make_private_directory(folder.postgres)
    launcher.make_private_directory(folder.postgres_sockets)
    secret = folder.postgres_sockets / "secret"
    launcher.write_private_file(secret, SETTINGS.postgres_password)
    maker = launcher.with_access_to(programs.bin, folder.postgres).launch("postgres", initdb_command(programs, folder.postgres, secret))
    await maker.wait()
    assert maker.exit_code == 0
    backing = await start_backing_services(folder, SETTINGS)
    postgres = await open_session(backing)
    assert int(await postgres.fetchval("show server_version_num")) // 10000 == programs.major == backing.postgres.major
    await postgres.close()
    await backing.stop()


async def test_a_password_that_does_not_fit_the_folder_is_said_and_leaves_nothing_running(folder: DataFolder) -> None:
    await (await start_backing_services(folder, SETTINGS)).stop()
    with pytest.raises(BackingStartError, match="The password for kith_admin in the settings is not the one"):
        await start_backing_services(folder, BackingSettings(postgres_password="another-password", nats_password=SETTINGS.nats_password))
    assert remaining_processes(folder) == []
    await (await start_backing_services(folder, SETTINGS)).stop()


async def test_data_of_a_postgresql_that_is_not_here_is_refused_with_what_to_do(folder: DataFolder) -> None:
    await (await start_backing_services(folder, SETTINGS)).stop()
    (folder.postgres / "PG_VERSION").write_text("14\n")
    with pytest.raises(
        BackingStartError, match=r"holds PostgreSQL 14 data, and only PostgreSQL 14 can open it.*Install PostgreSQL 14, or restore"
    ):
        await start_backing_services(folder, SETTINGS)
    assert remaining_processes(folder) == []


async def test_a_stranger_in_the_place_of_the_data_is_neither_used_nor_deleted(folder: DataFolder) -> None:
    folder.create()
    folder.postgres.mkdir()
    (folder.postgres / "letter.txt").write_text("keep me")
    with pytest.raises(BackingStartError, match="is in the way and is not a PostgreSQL data directory"):
        await start_backing_services(folder, SETTINGS)
    assert (folder.postgres / "letter.txt").read_text() == "keep me"
    assert remaining_processes(folder) == []


async def test_a_lock_file_whose_process_number_went_to_a_stranger_does_not_stop_the_start(folder: DataFolder) -> None:
    await (await start_backing_services(folder, SETTINGS)).stop()
    stranger = await asyncio.create_subprocess_exec("sleep", "60", user=folder.postgres.stat().st_uid if os.geteuid() == 0 else None)
    try:
        (folder.postgres / "postmaster.pid").write_text(f"{stranger.pid}\n{folder.postgres}\n1\n5432\n\n\n\nready\n")
        backing = await start_backing_services(folder, SETTINGS)
        assert backing.postgres_pid != stranger.pid
        await backing.stop()
        assert stranger.returncode is None, "the stranger was left alone"
    finally:
        stranger.kill()
        await stranger.wait()


async def test_nats_goes_to_another_port_when_its_own_was_taken_meanwhile(folder: DataFolder) -> None:
    backing = await start_backing_services(folder, SETTINGS)
    port = int(backing.nats.servers[0].rpartition(":")[2])
    await backing.stop()
    squatter = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", port)
    async with squatter:
        backing = await start_backing_services(folder, SETTINGS)
        assert backing.nats.servers != (f"nats://127.0.0.1:{port}",)
        await (await open_nats_client(backing)).close()
        await backing.stop()
