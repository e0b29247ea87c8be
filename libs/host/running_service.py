"""One service that runs in a process: what it has open, and its tasks from the start to the last event."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from nats.errors import Error as NatsError
from nats.js.errors import Error as JetStreamError

from libs.clock import Clock
from libs.database import wakeups
from libs.database.engine import DATABASE_ERRORS, Database
from libs.database.idle_connections import close_idle_connections
from libs.host import jobs, leader_election
from libs.host.component import Component
from libs.host.status import StatusServicer
from libs.host.tasks import log_failure
from libs.messages.bus import Bus
from libs.messages.consumer import Consumer
from libs.messages.lost_events import handle_lost_events
from libs.messages.relay import OutboxRelay
from libs.observe.logs import logger
from libs.refusals import Unavailable
from libs.rpc.server import GrpcServer

LOG = logger("host")
LOST_EVENTS_RETRY_SECONDS = 1.0


@dataclass
class RunningService:
    """A service that has been built, and whose server answers."""

    component: Component
    database: Database
    bus: Bus
    clock: Clock
    server: GrpcServer
    status: StatusServicer
    relay: OutboxRelay
    consumers: list[Consumer]
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start_tasks(self) -> None:
        """What starts it must cancel `tasks` in the end."""
        name = self.component.name
        self.tasks = [
            asyncio.create_task(self._lead(), name=f"{name}-leader"),
            asyncio.create_task(close_idle_connections(self.database), name=f"{name}-idle-connections"),
            *(asyncio.create_task(consumer.run(), name=f"{name}-from-{consumer.progress.source}") for consumer in self.consumers),
        ]
        for task in self.tasks:
            task.add_done_callback(log_failure)

    async def flush_outbox(self) -> None:
        """Gives the relay a moment to publish the last commands' events. Events it does not reach go out at the next start."""
        self.database.wakeups.wake(wakeups.EVENTS)
        with contextlib.suppress(Exception):
            async with asyncio.timeout(1.0):
                while self.bus.connected and (await self.relay.assign_numbers()).waiting:
                    await asyncio.sleep(0.02)

    async def _lead(self) -> None:
        await leader_election.run_as_leader(self.component.name, self.database, self._run_leader_tasks)

    async def _run_leader_tasks(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._run_relay())
            group.create_task(jobs.run_jobs(self.component.name, self.component.jobs, self.database, self.clock))
            for leader_task in self.component.leader_tasks:
                group.create_task(_as_coroutine(leader_task))

    async def _run_relay(self) -> None:
        """Nothing new is published before what an older database has lost was found: it would come under the same numbers."""
        name, handlers = self.component.name, self.component.lost_event_handlers
        while handlers:
            try:
                await self.bus.wait_connected()
                await handle_lost_events(self.bus, self.database, name, handlers, self.clock)
                break
            except (NatsError, JetStreamError, Unavailable, *DATABASE_ERRORS) as error:
                LOG.warning("lost_events_unread", service=name, error=type(error).__name__)
            await asyncio.sleep(LOST_EVENTS_RETRY_SECONDS)
        await self.relay.run()


async def _as_coroutine(leader_task: Callable[[], Awaitable[None]]) -> None:
    await leader_task()
