"""The operator's own servers, named by URL in the settings: looked at, never started or stopped."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from libs.host.backing.addresses import NatsAt, PostgresAt
from libs.host.backing.providers import OLDEST_NATS, OLDEST_POSTGRES, dotted
from libs.host.backing.refused import CannotStart
from libs.host.backing.signing_in import NotLetIn, sign_in

# In a composition of containers everything starts at once, and a database takes its time.
POSTGRES_WITHIN = 30.0
NATS_WITHIN = 3.0


async def operators_postgres(url: str, within: float = POSTGRES_WITHIN) -> PostgresAt:
    """Return where the operator's PostgreSQL answers, once it does; raises CannotStart after `within` seconds, or when it is too old."""
    try:
        parts = make_url(url)
        query = dict(parts.query)
        host = parts.host or str(query.pop("host", "localhost"))
        port = parts.port or int(str(query.pop("port", "5432")))
    except (ArgumentError, ValueError):
        parts = None
    if parts is None or parts.get_backend_name() != "postgresql":
        message = "The PostgreSQL URL in the settings cannot be read. It looks like postgresql://user:password@host:5432/database."
        raise CannotStart(message)
    database = parts.database or "postgres"
    # asyncpg takes libpq's name of the setting from a DSN only; SQLAlchemy hands `ssl` through.
    ssl = query.get("ssl") or query.pop("sslmode", None)
    if ssl:
        query["ssl"] = ssl
    where = f"the PostgreSQL server at {host}, port {port}"
    at = PostgresAt(host, port, parts.username or "postgres", parts.password or "", 0, "url", database, query)
    major = await _version_when_up(at, where, within) // 10000
    if major < OLDEST_POSTGRES:
        message = f"{where[0].upper()}{where[1:]} is version {major}; Kith needs {OLDEST_POSTGRES} or later."
        raise CannotStart(message)
    return replace(at, major=major)


async def operators_nats(url: str) -> tuple[NatsAt, str | None]:
    """Return where the operator's NATS answers, and a sentence when it does not do so yet (Kith can begin without it).

    The URL may name several servers of a cluster, with commas; the user and password of the first count for all. Raises
    CannotStart when the server is too old or the URL cannot be read.
    """
    try:
        parts = [urlsplit(one.strip()) for one in url.split(",")]
        servers = tuple(f"{one.scheme}://{_bare(one.hostname)}:{one.port or 4222}" for one in parts)
    except ValueError:
        servers = ()
    if not servers or not all(one.scheme in ("nats", "tls") and one.hostname for one in parts):
        message = "The NATS URL in the settings cannot be read. It looks like nats://user:password@host:4222."
        raise CannotStart(message)
    user = unquote(parts[0].username) if parts[0].username else None
    password = unquote(parts[0].password) if parts[0].password else None
    at = NatsAt(servers, user, password, "url")
    return at, await _trouble(at)


async def _version_when_up(at: PostgresAt, where: str, within: float) -> int:
    deadline = asyncio.get_running_loop().time() + within
    while True:
        try:
            return await sign_in(at, 5.0)
        except NotLetIn as error:
            if not error.no_answer:
                message = f"Kith reached {where}, but was not let in: {error}"
                raise CannotStart(message) from error
            if asyncio.get_running_loop().time() > deadline:
                message = f"Kith cannot reach {where}: {error}. Check the URL in the settings and that the server runs."
                raise CannotStart(message) from error
        await asyncio.sleep(0.2)


async def _trouble(at: NatsAt) -> str | None:
    # Imported where it is needed: a Kith that starts its own NATS need not wait for the client library here.
    from nats.aio.client import Client
    from nats.errors import Error

    async def quiet(_error: Exception) -> None:
        """Leave it to the answer below; the client would print it."""

    client = Client()
    try:
        async with asyncio.timeout(NATS_WITHIN):
            await client.connect(
                list(at.servers),
                user=at.user,
                password=at.password,
                connect_timeout=1,
                allow_reconnect=False,
                error_cb=quiet,
            )
            version = client.connected_server_version
            if (version.major, version.minor, version.patch) < OLDEST_NATS:
                message = f"The NATS server at {at.servers[0]} is version {version}; Kith needs {dotted(OLDEST_NATS)} or later."
                raise CannotStart(message)
            await client.jetstream().account_info()
    except (OSError, TimeoutError, Error) as error:
        return f"The NATS server at {at.servers[0]} does not answer as it should ({error or type(error).__name__}). Kith begins without it."
    finally:
        with suppress(OSError, TimeoutError, Error):
            await client.close()
    return None


def _bare(host: str | None) -> str:
    return f"[{host}]" if host and ":" in host else host or ""
