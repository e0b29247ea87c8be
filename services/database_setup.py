"""Creates the database, roles and tables of every service, or brings them up to date.

Runs before `kith up` starts anything, and as `python -m services migrate`.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from sqlalchemy.engine import URL

from libs.database import bootstrap, migrations
from libs.database.engine import DATABASE_ERRORS, refusal_for_database_error
from libs.host import leader_election
from libs.observe.logs import logger

LOG = logger("prepare")
RETRY_SECONDS = 20.0


@dataclass(frozen=True)
class ServiceDatabase:
    """The database of one service: its roles, and the administrator's URL of the server it is on."""

    roles: bootstrap.DatabaseRoles
    admin: URL

    def url(self, role: str, password: str) -> str:
        return self.admin.set(username=role, password=password, database=self.roles.database_name).render_as_string(hide_password=False)

    @property
    def owner_url(self) -> str:
        return self.url(self.roles.owner, self.roles.owner_password)

    @property
    def run_url(self) -> str:
        return self.url(self.roles.run, self.roles.run_password)


def migrations_folder(service: str) -> Path:
    return Path(__file__).parent / service / "storage" / "migrations"


class DatabasesMissingError(Exception):
    """The server lacks the databases, or the tables, of `services`, which have had them before."""

    def __init__(self, services: Sequence[str]) -> None:
        super().__init__(f"no database of {', '.join(services)}")
        self.services = tuple(services)


async def prepare_databases(admin_url: URL, databases: Sequence[ServiceDatabase], required: Collection[str] = ()) -> frozenset[str]:
    """Creates what is missing, one database after the other; a database that is up to date costs one connection.

    Returns the services that had a database with tables already.
    Raises DatabasesMissingError, and creates nothing, when a service of `required` has no database or no tables in it.
    Waits for a server that becomes unreachable in the middle and then starts again: every step is idempotent.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + RETRY_SECONDS
    while True:
        try:
            return await _prepare_once(admin_url, databases, required)
        except DATABASE_ERRORS as error:
            if refusal_for_database_error(error) is None or loop.time() > deadline:
                raise
            LOG.info("database_waits", error=type(error).__name__)
        await asyncio.sleep(0.2)


async def _prepare_once(admin_url: URL, databases: Sequence[ServiceDatabase], required: Collection[str]) -> frozenset[str]:
    admin = await leader_election.connect(admin_url.render_as_string(hide_password=False))
    try:
        existing = {row["datname"] for row in await admin.fetch("select datname from pg_database")}
        missing = [
            database.roles.service
            for database in databases
            if database.roles.service in required and database.roles.database_name not in existing
        ]
        if missing:
            raise DatabasesMissingError(missing)
        for database in databases:
            if await bootstrap.create_database(admin, database.roles):
                LOG.info("database_made", service=database.roles.service)
    finally:
        await admin.close()
    # One after the other: Alembic keeps the running migration in a global of the process.
    had = [await _migrate_tables(database, must_have_tables=database.roles.service in required) for database in databases]
    return frozenset(database.roles.service for database, had_tables in zip(databases, had, strict=True) if had_tables)


async def _migrate_tables(database: ServiceDatabase, *, must_have_tables: bool) -> bool:
    """Returns whether the database had tables before."""
    folder = migrations_folder(database.roles.service)
    owner: asyncpg.Connection = await leader_election.connect(database.owner_url)
    try:
        if await migrations.is_up_to_date(owner, folder):
            return True
        had_tables = bool(await migrations.current_revision(owner))
        if not had_tables:
            if must_have_tables:
                raise DatabasesMissingError([database.roles.service])
            await bootstrap.grant_to_run_role(owner, database.roles)
    finally:
        await owner.close()
    await migrations.migrate(database.owner_url, folder)
    LOG.info("tables_ready", service=database.roles.service, revision=migrations.latest_revision(folder))
    return had_tables
