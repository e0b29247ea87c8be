"""A co-op with a separate process for each service, run from docker-compose.yml: TCP, mTLS, one database each."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from libs.host.backing import BackingSettings, DataFolder, start_backing_services
from libs.host.instance_keys import read_password
from scripts.cli.bootstrap import bootstrap
from scripts.cli.containers import SERVICE_ADDRESSES, compose_variables, write_service_addresses
from services.instance import Instance
from tests.support import temp_folders
from tests.support.co_op_journey import make_co_op_folder
from tests.support.compose_file import ROOT, ComposeFile, ComposeProcesses, port_variables
from tests.support.free_ports import free_ports
from tests.support.http_probe import http_get

READY_SECONDS = 90.0


@dataclass(frozen=True)
class SplitDeployment:
    """A founded co-op with a process for each service."""

    folder: Path
    local: ComposeProcesses
    ports: dict[str, str]
    admin_url: str
    """PostgreSQL's administrator."""

    @property
    def pages(self) -> str:
        return f"127.0.0.1:{self.ports['KITH_PAGES_PORT']}"

    @property
    def services(self) -> list[str]:
        return self.local.composition.kith_services

    def address(self, service: str) -> str:
        return f"127.0.0.1:{self.ports[f'KITH_{service.upper()}_PORT']}"

    def operations(self, service: str) -> str:
        return f"127.0.0.1:{self.ports[f'KITH_{service.upper()}_OPERATIONS_PORT']}"

    async def wait_until_ready(self, service: str) -> None:
        """Waits until the service reports that it is ready."""
        async with asyncio.timeout(READY_SECONDS):
            while (await http_get(self.operations(service), "/readyz")).status != 200:
                assert self.local.running[service].returncode is None, self.local.log(service).read_text(encoding="utf-8")
                await asyncio.sleep(0.05)


@asynccontextmanager
async def split_deployment() -> AsyncIterator[SplitDeployment]:
    """Starts a co-op from the Compose file and founds it."""
    folder_for_service = temp_folders.make_temp_folder("kt-")
    # PostgreSQL refuses to run as root; its account must be able to enter this folder.
    folder_for_service.chmod(0o755)
    try:
        folder = make_co_op_folder(folder_for_service / "co-op")
        ports = dict(zip(port_variables(), map(str, free_ports(len(port_variables()))), strict=True))
        async with _run_compose_services(folder_for_service, folder, ports) as (local, admin_url):
            co_op = SplitDeployment(folder, local, ports, admin_url)
            await asyncio.gather(*(co_op.wait_until_ready(service) for service in co_op.services))
            instance = Instance(folder)
            write_service_addresses(instance, {address: co_op.address(address) for address in SERVICE_ADDRESSES})
            await bootstrap(instance)
            yield co_op
    finally:
        shutil.rmtree(folder_for_service, ignore_errors=True)


@asynccontextmanager
async def _run_compose_services(
    folder_for_service: Path, folder: Path, ports: dict[str, str]
) -> AsyncIterator[tuple[ComposeProcesses, str]]:
    instance, passwords = Instance(folder), folder / "keys" / "passwords"
    variables = {
        **_parse_env_file(compose_variables(instance, instance.co_op)),
        **ports,
        "KITH_PUBLIC_URL": f"http://127.0.0.1:{ports['KITH_PAGES_PORT']}",
        "KITH_BIND": "127.0.0.1",
        "KITH_NATS_HOST": "127.0.0.1",
        "KITH_NATS_CONFIGURATION": str(ROOT / "deploy/nats/nats.conf"),
        "KITH_NATS_STORE": str(folder_for_service / "nats"),
        "KITH_ANCHORED": str(folder_for_service),
        "KITH_PLACES": str(ROOT / "examples" / "places"),
        "KITH_TRAVEL": str(ROOT / "examples" / "travel"),
        **{f"KITH_{address.upper()}_HOST": "127.0.0.1" for address in SERVICE_ADDRESSES},
    }
    extra_variables = {"KITH_CLOCK_FILE": str(instance.clock_file)}
    nats = ComposeProcesses(ComposeFile(variables), folder_for_service, {})
    await nats.start("nats")
    try:
        url = f"nats://kith:{read_password(passwords / 'nats')}@127.0.0.1:{ports['KITH_NATS_PORT']}"
        backing = await start_backing_services(
            DataFolder(folder_for_service / "pg"), BackingSettings(read_password(passwords / "postgres"), nats_url=url)
        )
        try:
            at = backing.postgres
            variables |= {"KITH_POSTGRES_HOST": at.host, "KITH_POSTGRES_PORT": str(at.port), "KITH_POSTGRES_ADMIN": at.user}
            local = ComposeProcesses(ComposeFile(variables), folder_for_service, extra_variables)
            local.running["nats"] = nats.running.pop("nats")
            try:
                await local.up(already_running=("postgres",))
                yield local, at.url().render_as_string(hide_password=False)
            finally:
                await local.stop_all()
        finally:
            await backing.stop()
    finally:
        await nats.stop_all()


def _parse_env_file(text: str) -> dict[str, str]:
    """Parses an `--env-file` with double-quoted values as Compose does."""
    lines = [line.partition("=") for line in text.splitlines()]
    return {name: re.sub(r'\\([\\"$])', r"\1", value[1:-1]) for name, _, value in lines}
