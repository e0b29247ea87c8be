"""A NATS that answers and takes no events, as after a full disk: it is told after 30 s, and Kith starts its own NATS again."""

import asyncio
import shutil
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from libs.database.engine import Database
from libs.host import process as host_process
from libs.host.backing import BackingSettings, ServerEvent
from libs.host.backing.launch import Launcher
from libs.host.backing.nats_server import NatsServer
from libs.host.backing.server_events import ServerEventKind
from libs.host.data_folder import DataFolder
from libs.host.process import Process
from libs.host.settings import SharedSettings
from libs.messages import relay as relay_module
from libs.messages.bus import Bus, BusAddress
from libs.messages.relay import OutboxRelay
from tests.support import temp_folders
from tests.support.waiting import wait_until

NOWHERE = "postgresql+asyncpg://nobody@127.0.0.1:1/none"


def waiting_event() -> Any:  # as a row of the outbox
    return SimpleNamespace(
        id=uuid.uuid4(),
        number=1,
        type="kith.governance.facts.v1.MotionOpened",
        subject="kith.governance.v1.motion_opened.1",
        actor="",
        cause="",
        traceparent="",
        acting_for="",
        helped_by="",
        payload=b"",
        at=datetime.now(UTC),
    )


def refuses(relay: OutboxRelay) -> bool:
    return relay.is_refused


@asynccontextmanager
async def own_nats(events: list[ServerEventKind]) -> AsyncIterator[tuple[NatsServer, Bus, Path]]:
    """Kith's own NATS on a new folder, with a connection to it. It has no stream yet, so it refuses every event."""
    place = temp_folders.make_temp_folder("kn-")
    place.chmod(0o755)
    folder = DataFolder(place / "co-op")
    folder.create()

    async def note(event: ServerEvent) -> None:
        events.append(event.kind)

    server = NatsServer(Launcher.for_folder(folder), BackingSettings(nats_password="nats-password-16"), note)
    address = await server.start()
    bus = Bus(BusAddress(address.servers[0], address.user or "", address.password or ""), "test")
    bus.start()
    await bus.wait_connected()
    try:
        yield server, bus, folder.path
    finally:
        await bus.close()
        await server.stop()
        shutil.rmtree(place, ignore_errors=True)


async def test_nats_that_refuses_events_is_told_after_a_while_and_started_again_once(monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[ServerEventKind] = []
    async with own_nats(events) as (server, bus, folder):
        database = Database(NOWHERE)
        relay = OutboxRelay("governance", database, bus)
        assert await bus.answers()
        with pytest.raises(Exception, match="no response from stream"):
            await relay._publish_or_note_refusal([waiting_event()], 1)
        assert not refuses(relay), "not at the first failure"
        monkeypatch.setattr(relay_module, "REFUSED_SECONDS", 0.0)
        assert refuses(relay)

        monkeypatch.setattr(host_process, "BUS_WATCH_SECONDS", 0.05)
        process = Process(SharedSettings(data_folder=folder), [], "test", server.restart)
        process._running = [SimpleNamespace(relay=relay)]  # type: ignore[list-item]  # as much of a service as is looked at
        before = server.pid
        watching = asyncio.create_task(process._restart_refusing_bus(server.restart))
        async with asyncio.timeout(60):
            while ServerEventKind.RESTARTED not in events:
                await asyncio.sleep(0.05)
            while not await bus.answers():
                await asyncio.sleep(0.05)
        assert server.pid not in (None, before)
        await asyncio.sleep(0.3)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        assert events == [ServerEventKind.REFUSES, ServerEventKind.DIED, ServerEventKind.RESTARTED], "once, and then it is given time"

        await bus.ensure_stream("governance")
        await relay._publish_or_note_refusal([waiting_event()], 1)
        assert not refuses(relay)
        await database.close()


async def test_nats_is_not_started_again_while_the_disk_is_full(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    restarts = []

    async def restart() -> None:
        restarts.append(1)

    monkeypatch.setattr(host_process, "BUS_WATCH_SECONDS", 0.01)
    monkeypatch.setattr(host_process, "free_bytes", lambda _: 0)
    process = Process(SharedSettings(data_folder=tmp_path), [], "test", restart)
    process._running = [SimpleNamespace(relay=SimpleNamespace(is_refused=True))]  # type: ignore[list-item]  # as above
    watching = asyncio.create_task(process._restart_refusing_bus(restart))
    await asyncio.sleep(0.2)
    assert restarts == []
    monkeypatch.setattr(host_process, "free_bytes", lambda _: 1 << 30)
    await wait_until(lambda: restarts == [1])
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
