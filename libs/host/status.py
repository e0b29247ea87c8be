"""Every service's answer to "how are you?", for the operator's page, readiness and health."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import grpc
from sqlalchemy import text

from kith.status.v1 import status_pb2 as pb
from kith.status.v1 import status_pb2_grpc
from libs.clock import Clock
from libs.database.engine import Database
from libs.host.release import VERSION
from libs.messages.bus import Bus
from libs.messages.consumer import BEHIND_SECONDS, Consumer
from libs.messages.relay import outbox

OPEN_METHODS = frozenset({"StatusService/GetStatus"})
LONG_BEHIND = timedelta(seconds=BEHIND_SECONDS * 3)
_LAST = text("select at from outbox order by seq desc limit 1")


class Status(status_pb2_grpc.StatusServiceServicer):
    """For one service."""

    def __init__(self, name: str, database: Database, bus: Bus, clock: Clock, consumers: Sequence[Consumer]) -> None:
        self.name = name
        self._database = database
        self._bus = bus
        self._clock = clock
        self._consumers = consumers
        self._started = datetime.now(UTC)
        self.stopping = False

    async def ready(self) -> bool:
        """Our own database answers at the right version, and we are not leaving. NATS or a peer away only degrades."""
        if self.stopping:
            return False
        with contextlib.suppress(Exception):
            async with asyncio.timeout(2), self._database.engine.connect() as connection:
                await connection.execute(text("select 1 from outbox_state"))
                return True
        return False

    def reasons(self) -> list[str]:
        """Why we are not quite well, as UPPER_SNAKE words."""
        found = [] if self._bus.connected else ["BUS_AWAY"]
        if self._clock.jumped():
            found.append("CLOCK_JUMPED")
        found += [f"REACTION_FAILS_{one.standing.source.upper()}" for one in self._consumers if one.standing.stopped_by]
        return found

    async def GetStatus(
        self, _request: pb.GetStatusRequest, _context: "grpc.aio.ServicerContext[pb.GetStatusRequest, pb.GetStatusResponse]"
    ) -> pb.GetStatusResponse:
        reasons = self.reasons()
        answer = pb.GetStatusResponse(service=self.name, version=VERSION, reasons=reasons)
        answer.state = pb.STATE_STOPPING if self.stopping else pb.STATE_DEGRADED if reasons else pb.STATE_WELL
        answer.started_at.FromDatetime(self._started)
        async with self._database.engine.connect() as connection:
            state = await outbox(connection)
            last = (await connection.execute(_LAST)).scalar()
        answer.facts_stated, answer.facts_waiting = state.number, state.waiting
        if last:
            answer.last_fact_at.FromDatetime(last)
        for consumer in self._consumers:
            standing = consumer.standing
            row = answer.listening.add(
                source=standing.source, position=standing.position, head=standing.head, stopped_by=standing.stopped_by
            )
            if standing.head_heard:
                row.head_heard_at.FromDatetime(standing.head_heard)
        return answer
