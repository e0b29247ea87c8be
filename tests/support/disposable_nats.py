"""A NATS server for one test, which may stop, kill and restart it and delete its store."""

import asyncio
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from libs.host.backing.nats_probe import NatsProbeError, probe_nats
from libs.host.backing.nats_server import HOST, find_free_port, nats_configuration
from libs.host.backing.server_programs import choose_nats, find_nats_programs
from tests.support import temp_folders

USER, PASSWORD, NAME = "kith", "tests-password-16", "kith-tests"


def nats_settings(url: str) -> str:
    """Lines of kith.toml with which a co-op uses the server at this address in place of its own."""
    return f'\n[servers]\nnats_url = "{url.replace("nats://", f"nats://{USER}:{PASSWORD}@")}"\n'


class DisposableNats:
    """One NATS server on one port."""

    def __init__(self, folder: Path) -> None:
        self._program = choose_nats(find_nats_programs("any")).path
        self._place = folder
        self._port = find_free_port()
        self.store = folder / "store"
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"nats://{HOST}:{self._port}"

    async def start(self) -> None:
        """Starts it and waits until it responds."""
        file = self._place / "nats.conf"
        file.write_text(nats_configuration(NAME, self._port, PASSWORD, self.store))
        self._child = subprocess.Popen([self._program, "-c", file], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: ASYNC220 - it outlives the call
        async with asyncio.timeout(60):
            while True:
                try:
                    await probe_nats(HOST, self._port, USER, PASSWORD)
                except (OSError, NatsProbeError):
                    await asyncio.sleep(0.02)
                else:
                    return

    async def stop(self, signal_number: int = signal.SIGTERM) -> None:
        if self._child is not None:
            self._child.send_signal(signal_number)
            await asyncio.to_thread(self._child.wait, 10)
            self._child = None

    def delete_store(self) -> None:
        shutil.rmtree(self.store)


@asynccontextmanager
async def disposable_nats() -> AsyncIterator[DisposableNats]:
    folder = temp_folders.make_temp_folder("kt-nats-")
    server = DisposableNats(folder)
    await server.start()
    try:
        yield server
    finally:
        await server.stop(signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)
