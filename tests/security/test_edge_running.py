"""A whole co-op under `kith up` with a soft limit of 1,024 files, and one client that holds 1,100 half-sent request heads."""

import asyncio
import resource
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path

import httpx2

from tests.support.kith_up_process import KithUpProcess, running_kith_up

HALF_SENT = 1100
ATTACKER = "127.0.0.2"


@contextmanager
def soft_file_limit(limit: int) -> Iterator[None]:
    """What is started meanwhile inherits this soft limit."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@asynccontextmanager
async def half_sent_heads(address: str) -> AsyncIterator[None]:
    """Holds the connections, and opens each again that is closed."""
    host, port = address.split(":")

    async def hold() -> None:
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection(host, int(port), local_addr=(ATTACKER, 0))
                with closing(writer):
                    writer.write(b"GET / HTTP/1.1\r\nHost: local")
                    await reader.read()
            await asyncio.sleep(1)

    holding = [asyncio.create_task(hold()) for _ in range(HALF_SENT)]
    await asyncio.sleep(1.5)
    try:
        yield
    finally:
        for task in holding:
            task.cancel()
        await asyncio.gather(*holding, return_exceptions=True)


def log_bytes(co_op: KithUpProcess) -> int:
    return sum(file.stat().st_size for file in co_op.data.log.iterdir())


def open_to_others(folder: Path) -> list[str]:
    """Files and sockets with a right for the group or for everybody."""
    files = [path for path in folder.rglob("*") if not path.is_dir() and not path.is_symlink()]
    return [f"{path} {stat.S_IMODE(path.stat().st_mode):03o}" for path in files if path.stat().st_mode & 0o077]


async def test_a_co_op_answers_while_one_client_holds_more_connections_than_it_had_files() -> None:
    with soft_file_limit(1024):
        async with running_kith_up() as co_op:
            with soft_file_limit(resource.getrlimit(resource.RLIMIT_NOFILE)[1]):
                assert open_to_others(co_op.data.log) == []
                assert open_to_others(co_op.data.run) == []
                before = log_bytes(co_op)
                async with half_sent_heads(co_op.pages), httpx2.AsyncClient(base_url=f"http://{co_op.pages}", timeout=60) as http:
                    for _ in range(3):
                        assert (await http.get("/sign-in")).status_code == 200
                        await co_op.wait_until_ready()
                        await asyncio.sleep(0.3)
                    refused = await http.get("/sign-in", headers={"host": "evil.example"})
                    assert refused.status_code == 421
                assert log_bytes(co_op) - before < 20_000
