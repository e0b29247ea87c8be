"""One NATS server with many accounts: every co-op of a test has its own bus, of which no other hears a word.

with accounts() as buses:
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

from libs.host.backing.greeting import NatsGreetingError, greet
from libs.host.backing.nats import HOST, free_port
from libs.host.backing.providers import choose_nats, nats_on_offer
from tests.support import places

MOST = 400
_PASSWORD = "tests-password-16"


@dataclass(frozen=True)
class Account:
    """Where one co-op's facts travel."""

    url: str
    user: str
    password: str


class Accounts:
    """Gives each account once."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._given = 0

    def next(self) -> Account:
        assert self._given < MOST, "more co-ops than accounts in one run"
        self._given += 1
        return Account(self._url, _user(self._given), _PASSWORD)


@contextmanager
def accounts() -> Iterator[Accounts]:
    """Until the block ends."""
    place = places.place("kt-nats-")
    port = free_port()
    (place / "nats.conf").write_text(_configuration(port, place / "store"))
    program = choose_nats(nats_on_offer("any")).path
    child = subprocess.Popen([program, "-c", place / "nats.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        asyncio.run(_answers(port))
        yield Accounts(f"nats://{HOST}:{port}")
    finally:
        child.kill()
        child.wait(10)
        shutil.rmtree(place, ignore_errors=True)


async def _answers(port: int) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                await greet(HOST, port, _user(1), _PASSWORD)
            except (OSError, NatsGreetingError):
                await asyncio.sleep(0.02)
            else:
                return


def _user(number: int) -> str:
    return f"co-op-{number}"


def _configuration(port: int, store: Path) -> str:
    """Streams reserve what they may grow to: the room is generous, and nothing is written there that was not stated."""
    made = "\n".join(
        f"  {_user(one)}: {{ jetstream: enabled, users: [ {{ user: {_user(one)}, password: {json.dumps(_PASSWORD)} }} ] }}"
        for one in range(1, MOST + 1)
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
