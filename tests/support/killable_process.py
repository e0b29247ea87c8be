"""Services in a process of their own, for tests that kill it with SIGKILL in the middle of something.

async with co_op_as(KillableProcess, infrastructure, "scheduling") as co_op:
    async with held_up(co_op, "scheduling", "watch_step", "insert") as is_held_up:
        await wait_until(is_held_up, "somebody is being told")
        await kill(co_op)
    await co_op.process.start()
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import asyncpg

from libs.host import leader_election
from libs.host.process import Process, ServiceSpec
from libs.host.settings import ServiceSettings, SharedSettings
from libs.host.tasks import cancel_tasks
from services.topology import find_service
from tests.support.forks import FORKS, redirect_output
from tests.support.running_co_op import RunningCoOp
from tests.support.waiting import wait_until


class _ClockOfChild:
    """The clock of the services, as far as their process has said by how much it is shifted."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def offset(self) -> timedelta:
        with suppress(OSError, ValueError):
            return timedelta(seconds=float(self._file.read_text(encoding="ascii")))
        return timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset()


class KillableProcess(Process):
    """`Process`, run by another Python. It starts again after a kill, on the same databases and by the same clock."""

    def __init__(self, shared: SharedSettings, services: Sequence[ServiceSpec], name: str) -> None:
        assert shared.clock_file is not None
        self._folder = shared.clock_file.parent
        self._work = shared, [(service.name, service.settings) for service in services], name
        self.clock = _ClockOfChild(self._folder / "shifted")  # type: ignore[assignment]  # of the other process
        self._child: ForkServerProcess | None = None

    async def start(self) -> None:
        (self._folder / "shifted").unlink(missing_ok=True)
        child = FORKS.Process(target=_run, args=(self._folder, *self._work))
        await asyncio.to_thread(child.start)
        self._child = child

        def is_up() -> bool:
            assert child.is_alive(), (self._folder / "log").read_text(encoding="utf-8")[-4000:]
            return (self._folder / "shifted").exists()

        await wait_until(is_up, "the services are up")

    async def kill(self) -> None:
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        if self._child is not None:
            await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> None:
        assert self._child is not None
        assert self._child.pid is not None
        os.kill(self._child.pid, number)
        await asyncio.to_thread(self._child.join)
        self._child = None


@asynccontextmanager
async def held_up(co_op: RunningCoOp, service: str, table: str, when: str) -> AsyncIterator[Callable[[], Awaitable[bool]]]:
    """Whatever does this with the table waits just before it does so; tells whether something waits.

    At the end what waited is rolled back, as by a server that finds its client gone, unless its process has ended in peace.
    """
    database = co_op.databases[service]
    url = database.admin.set(database=database.roles.database_name).render_as_string(hide_password=False)
    connection: asyncpg.Connection = await leader_election.connect(url)
    others = "from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    try:
        await connection.execute(
            "create function held_up() returns trigger language plpgsql as $$ begin perform pg_sleep(600); return new; end $$"
        )
        await connection.execute(f"create trigger held_up before {when} on {table} for each row execute function held_up()")

        async def is_held_up() -> bool:
            return bool(await connection.fetchval(f"select count(*) {others} and wait_event = 'PgSleep'"))

        yield is_held_up
        await connection.fetch(f"select pg_terminate_backend(pid, 5000) {others}")
        await connection.execute(f"drop trigger held_up on {table}")
        await connection.execute("drop function held_up()")
    finally:
        await connection.close()


async def kill(co_op: RunningCoOp) -> None:
    """With SIGKILL."""
    assert isinstance(co_op.process, KillableProcess)
    await co_op.process.kill()


def _run(folder: Path, shared: SharedSettings, services: Sequence[tuple[str, ServiceSettings]], name: str) -> None:
    """In the other process."""
    redirect_output(folder / "log")
    asyncio.run(_serve(folder, shared, services, name))


async def _serve(folder: Path, shared: SharedSettings, services: Sequence[tuple[str, ServiceSettings]], name: str) -> None:
    process = Process(shared, [find_service(service).part(shared, settings) for service, settings in services], name)
    telling: list[asyncio.Task[None]] = []

    async def tell_clock() -> None:
        while True:
            new = folder / "shifted.new"
            new.write_text(str(process.clock.offset().total_seconds()), encoding="ascii")
            new.rename(folder / "shifted")
            await asyncio.sleep(0.02)

    async def ready() -> None:
        telling.append(asyncio.create_task(tell_clock()))

    await process.run(ready)
    await cancel_tasks(telling)
