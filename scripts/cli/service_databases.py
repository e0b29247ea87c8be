"""Opens the databases of a co-op's services as their owners, for commands that need PostgreSQL and none of the services."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from scripts.cli.console import CommandError, ExitCode
from scripts.cli.lazy_imports import lazy_imports
from services.topology import ServiceEntry

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

with lazy_imports():
    from libs.database import bootstrap, engine
    from services import database_setup, instance


@asynccontextmanager
async def open_as_owner(co_op: "instance.Instance", service: ServiceEntry) -> "AsyncIterator[tuple[engine.Database, str]]":
    """Opens a service's database as its owner; yields it and its URL. Raises CommandError if PostgreSQL is not reachable."""
    passwords = co_op.keys.passwords
    roles = bootstrap.DatabaseRoles(service.name, passwords[service.name, "owner"], passwords[service.name, "run"])
    url = database_setup.ServiceDatabase(roles, administrator_url(co_op)).owner_url
    database = engine.Database(url, pool_size=2)
    try:
        try:
            async with database.engine.connect():
                pass
        except OSError:
            what = f"{co_op.co_op.name}'s database does not answer."
            raise CommandError(what, "The co-op is not running.", "Start it: kith up", ExitCode.UNAVAILABLE) from None
        yield database, url
    finally:
        await database.close()


def administrator_url(co_op: "instance.Instance") -> "URL":
    """Where the co-op's PostgreSQL answers its administrator."""
    from sqlalchemy.engine import URL, make_url

    from libs.host.backing.postgres_server import ADMINISTRATOR, PORT

    configured_url = co_op.co_op.postgres_url
    if configured_url:
        return make_url(configured_url).set(drivername="postgresql+asyncpg")
    query = {"host": str(co_op.folder.postgres_sockets), "port": str(PORT)}
    return URL.create("postgresql+asyncpg", username=ADMINISTRATOR, database="postgres", query=query)
