"""StatusService, the same for every service: state and progress for the operator's page, readiness and health."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime

import grpc
from sqlalchemy import text

from kith.status.v1 import status_pb2 as pb
from kith.status.v1 import status_pb2_grpc
from libs.clock import Clock
from libs.database.engine import Database
from libs.host.version import VERSION
from libs.messages.bus import Bus
from libs.messages.consumer import Consumer
from libs.messages.relay import read_outbox_state

OPEN_METHODS = frozenset({"StatusService/GetStatus"})
_LAST_EVENT_TIME = text("select at from outbox order by seq desc limit 1")


class StatusServicer(status_pb2_grpc.StatusServiceServicer):
    """The status of one service."""

    def __init__(self, name: str, database: Database, bus: Bus, clock: Clock, consumers: Sequence[Consumer]) -> None:
        self.name = name
        self._database = database
        self._bus = bus
        self._clock = clock
        self._consumers = consumers
        self._started = datetime.now(UTC)
        self.stopping = False

    async def ready(self) -> bool:
        """Whether our own database answers and we are not stopping. An unreachable NATS or peer only degrades the service."""
        if self.stopping:
            return False
        with contextlib.suppress(Exception):
            async with asyncio.timeout(2), self._database.engine.connect() as connection:
                await connection.execute(text("select 1 from outbox_state"))
                return True
        return False

    def reasons(self) -> list[str]:
        """Why the service is degraded, as UPPER_SNAKE codes; empty when it is well."""
        codes = [] if self._bus.connected else ["BUS_AWAY"]
        if self._clock.jumped():
            codes.append("CLOCK_JUMPED")
        failing = [consumer.progress for consumer in self._consumers if consumer.progress.stopped_by]
        codes += [f"REACTION_FAILS_{progress.source.upper()}" for progress in failing]
        return codes

    async def GetStatus(
        self, _request: pb.GetStatusRequest, _context: "grpc.aio.ServicerContext[pb.GetStatusRequest, pb.GetStatusResponse]"
    ) -> pb.GetStatusResponse:
        reasons = self.reasons()
        response = pb.GetStatusResponse(service=self.name, version=VERSION, reasons=reasons)
        response.state = pb.STATE_STOPPING if self.stopping else pb.STATE_DEGRADED if reasons else pb.STATE_WELL
        response.started_at.FromDatetime(self._started)
        async with self._database.engine.connect() as connection:
            outbox = await read_outbox_state(connection)
            last = (await connection.execute(_LAST_EVENT_TIME)).scalar()
        response.facts_stated, response.facts_waiting = outbox.number, outbox.waiting
        if last:
            response.last_fact_at.FromDatetime(last)
        for consumer in self._consumers:
            progress = consumer.progress
            row = response.listening.add(
                source=progress.source, position=progress.position, head=progress.head, stopped_by=progress.stopped_by
            )
            if progress.head_received_at:
                row.head_heard_at.FromDatetime(progress.head_received_at)
        return response
