"""One NATS server with many accounts, so that every co-op of a test has its own isolated message bus.

with nats_accounts() as buses:
    first, second = buses.next(), buses.next()
"""

import asyncio
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from libs.host.backing.nats_probe import NatsProbeError, probe_nats
from libs.host.backing.nats_server import HOST, find_free_port
from libs.host.backing.server_programs import choose_nats, find_nats_programs
from tests.support import temp_folders

MAX_ACCOUNTS = 400
_PASSWORD = "tests-password-16"


@dataclass(frozen=True)
class NatsAccount:
    """The NATS login of one co-op."""

    url: str
    user: str
    password: str


class NatsAccounts:
    """Hands out each account once."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._given = 0

    def next(self) -> NatsAccount:
        assert self._given < MAX_ACCOUNTS, "more co-ops than accounts in one run"
        self._given += 1
        return NatsAccount(self._url, _user(self._given), _PASSWORD)


@contextmanager
def nats_accounts() -> Iterator[NatsAccounts]:
    """Runs the server until the block ends."""
    folder = temp_folders.make_temp_folder("kt-nats-")
    port = find_free_port()
    (folder / "nats.conf").write_text(_configuration(port, folder / "store"))
    program = choose_nats(find_nats_programs("any")).path
    process = subprocess.Popen([program, "-c", folder / "nats.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        asyncio.run(_wait_until_ready(port))
        yield NatsAccounts(f"nats://{HOST}:{port}")
    finally:
        process.kill()
        process.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


async def _wait_until_ready(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                await probe_nats(HOST, port, _user(1), _PASSWORD)
            except (OSError, NatsProbeError):
                await asyncio.sleep(0.02)
            else:
                return


def _user(number: int) -> str:
    return f"co-op-{number}"


def _configuration(port: int, store: Path) -> str:
    """Streams reserve their maximum size, so the limit is generous; only published events use disk space."""
    made = "\n".join(
        f"  {_user(number)}: {{ jetstream: enabled, users: [ {{ user: {_user(number)}, password: {json.dumps(_PASSWORD)} }} ] }}"
        for number in range(1, MAX_ACCOUNTS + 1)
    )
    return f"""\
server_name: kith-federation-tests
listen: "{HOST}:{port}"
jetstream {{ store_dir: {json.dumps(str(store))}, max_memory_store: 32MB, max_file_store: 100TB }}
accounts {{
{made}
}}
max_payload: 1MB
max_connections: 1000
"""
