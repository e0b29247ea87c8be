"""Keep one server running: when it ends unasked, start it again, waiting longer each time."""

import asyncio
from collections.abc import Awaitable, Callable

from libs.host.backing.child import Child
from libs.host.backing.notices import Event, Notice, Server, Told

FIRST_WAIT = 0.2
LONGEST_WAIT = 5.0
# A server that ran this long was well: its next end is a new misfortune and is answered at once again.
WELL_AFTER = 30.0


async def keep(server: Server, child: Child, again: Callable[[], Awaitable[Child]], told: Told) -> None:
    """Watch a child for ever and start it again through `again`, after 0.2 s, doubling to 5 s; ends by being cancelled.

    Nothing that goes wrong in a restart ends the watch: the disk may be full now and have room in a minute.
    """
    loop = asyncio.get_running_loop()
    wait = FIRST_WAIT
    while True:
        since = loop.time()
        await child.ended()
        if loop.time() - since > WELL_AFTER:
            wait = FIRST_WAIT
        await told(Notice(server, Event.DIED, f"{server} (process {child.pid}) ended unasked{_how(child.code)}; it is started again."))
        restarted = None
        while restarted is None:
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)
            try:
                restarted = await again()
            except Exception as error:  # noqa: BLE001 -- the watch must outlive whatever keeps a server from starting
                await told(Notice(server, Event.RESTART_FAILED, f"{server} could not be started again: {error} Next try in {wait:.1f} s."))
        child = restarted
        await told(Notice(server, Event.RESTARTED, f"{server} runs again as process {child.pid}."))


def _how(code: int | None) -> str:
    if code is None:
        return ""
    return f" (signal {-code})" if code < 0 else f" (exit code {code})"
