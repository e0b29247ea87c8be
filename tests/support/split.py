"""A co-op with every service as a process of its own, executed from docker-compose.yml: TCP, mTLS, one database each."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from libs.host.backing import BackingSettings, DataFolder, start
from libs.host.instance_keys import password
from scripts.cli.containers import ADDRESSES, move_out, variables
from scripts.cli.founding import found
from services.instance import Instance
from tests.support import places
from tests.support.compose import ROOT, Composition, Local, port_variables
from tests.support.http import get
from tests.support.journey import a_folder
from tests.support.ports import free_ports

READY_SECONDS = 30.0


@dataclass(frozen=True)
class Split:
    """A founded co-op."""

    folder: Path
    local: Local
    ports: dict[str, str]

    @property
    def pages(self) -> str:
        return f"127.0.0.1:{self.ports['KITH_PAGES_PORT']}"

    @property
    def services(self) -> list[str]:
        return self.local.composition.ours

    def address(self, service: str) -> str:
        return f"127.0.0.1:{self.ports[f'KITH_{service.upper()}_PORT']}"

    def operations(self, service: str) -> str:
        return f"127.0.0.1:{self.ports[f'KITH_{service.upper()}_OPERATIONS_PORT']}"

    async def ready(self, service: str) -> None:
        """Waits until it says so."""
        async with asyncio.timeout(READY_SECONDS):
            while (await get(self.operations(service), "/readyz")).status != 200:
                assert self.local.running[service].returncode is None, self.local.log(service).read_text(encoding="utf-8")
                await asyncio.sleep(0.05)


@asynccontextmanager
async def split() -> AsyncIterator[Split]:
    """Started from the file, and founded."""
    place = places.place("kt-")
    # PostgreSQL will not run as root; the account it runs as has to come in.
    place.chmod(0o755)
    try:
        folder = a_folder(place / "co-op")
        ports = dict(zip(port_variables(), map(str, free_ports(len(port_variables()))), strict=True))
        async with _started(place, folder, ports) as local:
            co_op = Split(folder, local, ports)
            await asyncio.gather(*(co_op.ready(one) for one in co_op.services))
            instance = Instance(folder)
            move_out(instance, {one: co_op.address(one) for one in ADDRESSES})
            await found(instance)
            yield co_op
    finally:
        shutil.rmtree(place, ignore_errors=True)


@asynccontextmanager
async def _started(place: Path, folder: Path, ports: dict[str, str]) -> AsyncIterator[Local]:
    instance, passwords = Instance(folder), folder / "keys" / "passwords"
    given = {
        **_read(variables(instance, instance.co_op)),
        **ports,
        "KITH_PUBLIC_URL": f"http://127.0.0.1:{ports['KITH_PAGES_PORT']}",
        "KITH_BIND": "127.0.0.1",
        "KITH_NATS_HOST": "127.0.0.1",
        "KITH_NATS_CONFIGURATION": str(ROOT / "deploy/nats/nats.conf"),
        "KITH_NATS_STORE": str(place / "nats"),
        "KITH_ANCHORED": str(place),
        **{f"KITH_{one.upper()}_HOST": "127.0.0.1" for one in ADDRESSES},
    }
    more = {"KITH_CLOCK_FILE": str(instance.clock_file)}
    nats = Local(Composition(given), place, {})
    await nats.start("nats")
    try:
        url = f"nats://kith:{password(passwords / 'nats')}@127.0.0.1:{ports['KITH_NATS_PORT']}"
        backing = await start(DataFolder(place / "pg"), BackingSettings(password(passwords / "postgres"), nats_url=url))
        try:
            at = backing.postgres
            given |= {"KITH_POSTGRES_HOST": at.host, "KITH_POSTGRES_PORT": str(at.port), "KITH_POSTGRES_ADMIN": at.user}
            local = Local(Composition(given), place, more)
            local.running["nats"] = nats.running.pop("nats")
            try:
                await local.up(elsewhere=("postgres",))
                yield local
            finally:
                await local.stop_all()
        finally:
            await backing.stop()
    finally:
        await nats.stop_all()


def _read(text: str) -> dict[str, str]:
    """An `--env-file`, as Compose reads values in double quotes."""
    lines = [line.partition("=") for line in text.splitlines()]
    return {name: re.sub(r'\\([\\"$])', r"\1", value[1:-1]) for name, _, value in lines}
