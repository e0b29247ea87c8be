"""Everything in one process, as `kith up` has it, over Unix sockets: the journey of test_split.py, with the same end."""

import asyncio
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.cli.door import door
from tests.support import places
from tests.support.compose import ROOT
from tests.support.http import get
from tests.support.journey import a_folder, expected, travelled
from tests.support.ports import free_ports


@pytest.fixture
def folder() -> Iterator[Path]:
    place = places.place("kt-")
    # PostgreSQL will not run as root; the account it runs as has to come in.
    place.chmod(0o755)
    yield a_folder(place / "co-op")
    shutil.rmtree(place, ignore_errors=True)


async def test_a_co_op_of_one_process_decides_as_worked_out_by_hand(folder: Path) -> None:
    pages, operations = (f"127.0.0.1:{port}" for port in free_ports(2))
    settings = folder / "kith.toml"
    said = settings.read_text(encoding="utf-8").replace("127.0.0.1:0", pages)
    settings.write_text(f'{said}\n[watch]\naddress = "{operations}"\n', encoding="utf-8")
    with (folder.parent / "up.log").open("wb") as log:
        command = str(Path(sys.executable).parent / "kith")
        kith = await asyncio.create_subprocess_exec(command, "up", str(folder), cwd=ROOT, stdout=log, stderr=log)
    try:
        async with asyncio.timeout(30):
            while (folder / "founding.toml").exists():
                assert kith.returncode is None, (folder.parent / "up.log").read_text(encoding="utf-8")
                await asyncio.sleep(0.1)
        async with door(folder) as open_door:
            assert await travelled(open_door) == expected(folder)
        ready = (await get(operations, "/readyz")).json
        assert ready["ready"]
        assert set(ready["services"]) == {"identity", "membership", "governance", "federation", "web"}
    finally:
        kith.terminate()
        code = await asyncio.wait_for(kith.wait(), 20)
    assert code == 0
