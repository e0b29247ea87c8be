"""Starts real PostgreSQL and NATS servers once for each test run.

They come from a container engine that answers within a second (through testcontainers), otherwise from the programs that Kith
itself would start (`libs/host/backing`). The test run header says which. They run on a thread with its own event loop, so that every
test can have its own loop.
"""

import asyncio
import contextlib
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy.engine import URL, make_url

from libs.host.backing import BackingSettings, DataFolder, start_backing_services
from tests.support import temp_folders

_PASSWORD = "tests-password-16"
_POSTGRES_IMAGE = "postgres:16-alpine"
_NATS_IMAGE = "nats:2.10-alpine"


@dataclass(frozen=True)
class BackingServers:
    """The addresses and credentials of both servers."""

    provider: str
    admin: URL = field(repr=False)
    nats_url: str
    nats_user: str
    nats_password: str = field(repr=False)


@cache
def server_source() -> str:
    """Where the servers come from: `containers` or `wheels`."""
    folder = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix("unix://")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as engine:
        engine.settimeout(1)
        try:
            engine.connect(folder)
            engine.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
            return "containers" if b" 200 " in engine.recv(64) else "wheels"
        except OSError:
            return "wheels"


@contextlib.contextmanager
def backing_servers() -> Iterator[BackingServers]:
    """Runs both servers until the block ends."""
    with _servers_in_containers() if server_source() == "containers" else _servers_from_wheels() as servers:
        yield servers


@contextlib.contextmanager
def _servers_in_containers() -> Iterator[BackingServers]:
    from testcontainers.community.nats import NatsContainer
    from testcontainers.community.postgres import PostgresContainer

    with PostgresContainer(_POSTGRES_IMAGE, driver="asyncpg") as postgres, NatsContainer(_NATS_IMAGE, jetstream=True) as nats:
        yield BackingServers("containers", make_url(postgres.get_connection_url()), nats.nats_uri(), "", "")


@contextlib.contextmanager
def _servers_from_wheels() -> Iterator[BackingServers]:
    folder = temp_folders.make_temp_folder("kt-")
    # PostgreSQL will not run as root; the account it runs as has to come in.
    folder.chmod(0o755)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="backing", daemon=True)
    thread.start()
    settings = BackingSettings(postgres_password=_PASSWORD, nats_password=_PASSWORD)
    try:
        backing = asyncio.run_coroutine_threadsafe(start_backing_services(DataFolder(folder / "co-op"), settings), loop).result(60)
        try:
            nats = backing.nats
            yield BackingServers("wheels", backing.postgres.url(), nats.servers[0], nats.user or "", nats.password or "")
        finally:
            asyncio.run_coroutine_threadsafe(backing.stop(), loop).result(60)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
        shutil.rmtree(folder, ignore_errors=True)
