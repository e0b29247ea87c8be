"""Supervises one server: when it dies, restarts it with increasing delays."""

import asyncio
from collections.abc import Awaitable, Callable

from libs.host.backing.server_events import OnServerEvent, ServerEvent, ServerEventKind, ServerName
from libs.host.backing.server_process import ServerProcess

FIRST_DELAY = 0.2
MAX_DELAY = 5.0
# A server that ran this long was healthy: when it dies, the delays start from the beginning.
HEALTHY_AFTER = 30.0


async def supervise(
    server: ServerName, process: ServerProcess, restart: Callable[[], Awaitable[ServerProcess]], on_event: OnServerEvent
) -> None:
    """Watch a process and restart it through `restart`, after 0.2 s, doubling to 5 s. Runs until cancelled.

    No failure of a restart ends the supervision: the disk may be full now and have room in a minute.
    """
    loop = asyncio.get_running_loop()
    delay = FIRST_DELAY
    while True:
        started = loop.time()
        await process.wait()
        if loop.time() - started > HEALTHY_AFTER:
            delay = FIRST_DELAY
        await on_event(
            ServerEvent(
                server,
                ServerEventKind.DIED,
                f"{server} (process {process.pid}) ended unasked{_exit_reason(process.exit_code)}; it is started again.",
            )
        )
        restarted = None
        while restarted is None:
            await asyncio.sleep(delay)
            delay = min(delay * 2, MAX_DELAY)
            try:
                restarted = await restart()
            except Exception as error:  # noqa: BLE001 -- supervision must outlive every failed restart
                await on_event(
                    ServerEvent(
                        server, ServerEventKind.RESTART_FAILED, f"{server} could not be started again: {error} Next try in {delay:.1f} s."
                    )
                )
        process = restarted
        await on_event(ServerEvent(server, ServerEventKind.RESTARTED, f"{server} runs again as process {process.pid}."))


def _exit_reason(code: int | None) -> str:
    if code is None:
        return ""
    return f" (signal {-code})" if code < 0 else f" (exit code {code})"
