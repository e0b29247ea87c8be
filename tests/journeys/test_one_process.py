"""Everything in one process, as with `kith up`, over Unix sockets: the journey of test_split_deployment.py, with the same result."""

import asyncio
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from libs.host import leader_election
from scripts.cli import register_lookup
from scripts.cli.connection import connect
from scripts.cli.service_databases import administrator_url
from tests.support import temp_folders
from tests.support.co_op_journey import expected_result, make_co_op_folder, run_journey
from tests.support.compose_file import ROOT
from tests.support.free_ports import free_ports
from tests.support.http_probe import http_get


@pytest.fixture
def folder() -> Iterator[Path]:
    place = temp_folders.make_temp_folder("kt-")
    # PostgreSQL will not run as root; the account it runs as has to come in.
    place.chmod(0o755)
    yield make_co_op_folder(place / "co-op")
    shutil.rmtree(place, ignore_errors=True)


async def verify_read_audit(folder: Path) -> tuple[int | None, str]:
    """The exit code of `kith audit verify`, and its last line."""
    command = (str(Path(sys.executable).parent / "kith"), "audit", "verify", "--folder", str(folder))
    kith = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    said, _ = await kith.communicate()
    return kith.returncode, said.decode().splitlines()[-1]


async def test_a_co_op_of_one_process_decides_as_worked_out_by_hand(folder: Path) -> None:
    pages, operations = (f"127.0.0.1:{port}" for port in free_ports(2))
    settings = folder / "kith.toml"
    said = settings.read_text(encoding="utf-8").replace("127.0.0.1:0", pages)
    settings.write_text(f'{said}\n[watch]\naddress = "{operations}"\n', encoding="utf-8")
    with (folder.parent / "up.log").open("wb") as log:
        command = str(Path(sys.executable).parent / "kith")
        kith = await asyncio.create_subprocess_exec(command, "up", str(folder), cwd=ROOT, stdout=log, stderr=log)
    try:
        async with asyncio.timeout(120):
            while (folder / "founding.toml").exists():
                assert kith.returncode is None, (folder.parent / "up.log").read_text(encoding="utf-8")
                await asyncio.sleep(0.1)
        async with connect(folder) as connection:
            assert await run_journey(connection) == expected_result(folder)
            await register_lookup.list_members(connection)
            url = administrator_url(connection.instance).set(
                database="kith_membership", password=connection.instance.keys.postgres_password
            )
            database = await leader_election.connect(url.render_as_string(hide_password=False))
            async with asyncio.timeout(60):
                while await database.fetchval("select max(number) from read_audit") is None:
                    await asyncio.sleep(0.1)
            assert await verify_read_audit(folder) == (0, "The log is as it was written.")
            await database.execute("update read_audit set record = 'standing' where number = 1")
            await database.close()
            assert await verify_read_audit(folder) == (1, "The log is NOT as it was written.")
        ready = (await http_get(operations, "/readyz")).json
        assert ready["ready"]
        assert set(ready["services"]) == {"identity", "membership", "governance", "matching", "scheduling", "federation", "web"}
    finally:
        kith.terminate()
        code = await asyncio.wait_for(kith.wait(), 60)
    assert code == 0
