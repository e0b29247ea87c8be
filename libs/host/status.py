"""StatusService, the same for every service: state and progress for the operator's page, readiness and health."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import grpc

from kith.status.v1 import status_pb2 as pb
from kith.status.v1 import status_pb2_grpc
from libs.clock import Clock
from libs.database.engine import Database
from libs.host.bounded_check import BoundedCheck
from libs.host.database_probe import DatabaseHealth, probe_database
from libs.host.health_reasons import PREVENTS_RECORDING
from libs.host.version import VERSION
from libs.messages.consumer import Consumer
from libs.messages.relay import OutboxRelay

OPEN_METHODS = frozenset({"StatusService/GetStatus"})
_AWAY = DatabaseHealth("DATABASE_AWAY")


@dataclass(frozen=True)
class ProcessHealth:
    """What the services of one process share: whether NATS answers, and whether there is room on the disk."""

    bus: BoundedCheck[bool]
    disk: BoundedCheck[str]


@dataclass(frozen=True)
class ServiceHealth:
    """Why the service is not well, as UPPER_SNAKE codes (`libs/host/health_reasons.py`), and what its database said."""

    reasons: tuple[str, ...]
    database: DatabaseHealth

    @property
    def ready(self) -> bool:
        """Whether a vote can be recorded now. An unreachable NATS or peer only degrades the service."""
        return not PREVENTS_RECORDING & {*self.reasons}


class StatusServicer(status_pb2_grpc.StatusServiceServicer):
    """The status of one service. Every answer comes within 2 s, whatever hangs."""

    def __init__(
        self,
        name: str,
        database: Database,
        process: ProcessHealth,
        clock: Clock,
        consumers: Sequence[Consumer],
        relay: OutboxRelay,
        own_reasons: Callable[[], Sequence[str]] | None = None,
    ) -> None:
        self.name = name
        self._process = process
        self._clock = clock
        self._consumers = consumers
        self._relay = relay
        self._own_reasons = own_reasons
        self._probe = BoundedCheck(lambda: probe_database(database, clock), _AWAY)
        self._started = datetime.now(UTC)
        self.stopping = False

    async def health(self) -> ServiceHealth:
        database, bus_answers, disk = await asyncio.gather(self._probe.result(), self._process.bus.result(), self._process.disk.result())
        reasons = ["STOPPING"] if self.stopping else []
        reasons += [database.reason] if database.reason else []
        reasons += [disk] if disk and disk not in reasons else []
        if not bus_answers:
            reasons.append("BUS_AWAY")
        elif self._relay.is_refused:
            reasons.append("BUS_REFUSES")
        if reason := self._clock.doubt():
            reasons.append(reason)
        reasons += self._own_reasons() if self._own_reasons else ()
        failing = [consumer.progress for consumer in self._consumers if consumer.progress.stopped_by]
        reasons += [f"REACTION_FAILS_{progress.source.upper()}" for progress in failing]
        return ServiceHealth(tuple(reasons), database)

    async def GetStatus(
        self, _request: pb.GetStatusRequest, _context: "grpc.aio.ServicerContext[pb.GetStatusRequest, pb.GetStatusResponse]"
    ) -> pb.GetStatusResponse:
        health = await self.health()
        response = pb.GetStatusResponse(service=self.name, version=VERSION, reasons=health.reasons)
        response.state = pb.STATE_STOPPING if self.stopping else pb.STATE_DEGRADED if health.reasons else pb.STATE_WELL
        response.started_at.FromDatetime(self._started)
        if health.database.outbox is not None:
            response.facts_stated, response.facts_waiting = health.database.outbox.number, health.database.outbox.waiting
        if health.database.last_event_at is not None:
            response.last_fact_at.FromDatetime(health.database.last_event_at)
        for consumer in self._consumers:
            progress = consumer.progress
            row = response.listening.add(
                source=progress.source, position=progress.position, head=progress.head, stopped_by=progress.stopped_by
            )
            if progress.head_received_at:
                row.head_heard_at.FromDatetime(progress.head_received_at)
        return response

    def stop(self) -> None:
        self._probe.stop()
