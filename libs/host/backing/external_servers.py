"""External servers, named by URL in the settings and run by the operator: checked, never started or stopped."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from libs.host.backing.addresses import NatsAddress, PostgresAddress
from libs.host.backing.errors import BackingStartError
from libs.host.backing.postgres_probe import PostgresProbeError, probe_postgres
from libs.host.backing.server_programs import OLDEST_NATS, OLDEST_POSTGRES, format_version

# In a composition of containers everything starts at once, and a database takes its time.
POSTGRES_TIMEOUT_SECONDS = 30.0
NATS_TIMEOUT_SECONDS = 3.0


async def check_external_postgres(url: str, timeout: float = POSTGRES_TIMEOUT_SECONDS) -> PostgresAddress:
    """Wait for the external PostgreSQL and return its address; raises BackingStartError after `timeout` seconds or when it is too old."""
    try:
        parts = make_url(url)
        query = dict(parts.query)
        host = parts.host or str(query.pop("host", "localhost"))
        port = parts.port or int(str(query.pop("port", "5432")))
    except (ArgumentError, ValueError):
        parts = None
    if parts is None or parts.get_backend_name() != "postgresql":
        message = "The PostgreSQL URL in the settings cannot be read. It looks like postgresql://user:password@host:5432/database."
        raise BackingStartError(message)
    database = parts.database or "postgres"
    # asyncpg takes libpq's name of the setting from a DSN only; SQLAlchemy passes `ssl` through.
    ssl = query.get("ssl") or query.pop("sslmode", None)
    if ssl:
        query["ssl"] = ssl
    where = f"the PostgreSQL server at {host}, port {port}"
    address = PostgresAddress(host, port, parts.username or "postgres", parts.password or "", 0, "url", database, query)
    major = await _version_when_up(address, where, timeout) // 10000
    if major < OLDEST_POSTGRES:
        message = f"{where[0].upper()}{where[1:]} is version {major}; Kith needs {OLDEST_POSTGRES} or later."
        raise BackingStartError(message)
    return replace(address, major=major)


async def check_external_nats(url: str) -> tuple[NatsAddress, str | None]:
    """Return the address of the external NATS, and a sentence if it does not answer yet (Kith can start without it).

    The URL may name several servers of a cluster, with commas; the user and password of the first count for all. Raises
    BackingStartError when the server is too old or the URL cannot be read.
    """
    try:
        parts = [urlsplit(server.strip()) for server in url.split(",")]
        servers = tuple(f"{part.scheme}://{_url_host(part.hostname)}:{part.port or 4222}" for part in parts)
    except ValueError:
        servers = ()
    if not servers or not all(part.scheme in ("nats", "tls") and part.hostname for part in parts):
        message = "The NATS URL in the settings cannot be read. It looks like nats://user:password@host:4222."
        raise BackingStartError(message)
    user = unquote(parts[0].username) if parts[0].username else None
    password = unquote(parts[0].password) if parts[0].password else None
    address = NatsAddress(servers, user, password, "url")
    return address, await _nats_problem(address)


async def _version_when_up(address: PostgresAddress, where: str, timeout: float) -> int:
    deadline = asyncio.get_running_loop().time() + timeout
    while True:
        try:
            return await probe_postgres(address, 5.0)
        except PostgresProbeError as error:
            if not error.no_answer:
                message = f"Kith reached {where}, but was not let in: {error}"
                raise BackingStartError(message) from error
            if asyncio.get_running_loop().time() > deadline:
                message = f"Kith cannot reach {where}: {error}. Check the URL in the settings and that the server runs."
                raise BackingStartError(message) from error
        await asyncio.sleep(0.2)


async def _nats_problem(address: NatsAddress) -> str | None:
    # Imported here: a Kith that starts its own NATS need not load the client library.
    from nats.aio.client import Client
    from nats.errors import Error

    async def quiet(_error: Exception) -> None:
        """Ignore it: the caller reports the problem; by default the client would print it."""

    client = Client()
    try:
        async with asyncio.timeout(NATS_TIMEOUT_SECONDS):
            await client.connect(
                list(address.servers),
                user=address.user,
                password=address.password,
                connect_timeout=1,
                allow_reconnect=False,
                error_cb=quiet,
            )
            version = client.connected_server_version
            if (version.major, version.minor, version.patch) < OLDEST_NATS:
                message = (
                    f"The NATS server at {address.servers[0]} is version {version}; Kith needs {format_version(OLDEST_NATS)} or later."
                )
                raise BackingStartError(message)
            await client.jetstream().account_info()
    except (OSError, TimeoutError, Error) as error:
        reason = error or type(error).__name__
        return f"The NATS server at {address.servers[0]} does not answer as it should ({reason}). Kith begins without it."
    finally:
        with suppress(OSError, TimeoutError, Error):
            await client.close()
    return None


def _url_host(host: str | None) -> str:
    return f"[{host}]" if host and ":" in host else host or ""
