"""Creates the database, roles and tables of every service, or brings them up to date.

Runs before `kith up` starts anything, and as `python -m services migrate`.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from libs.database import bootstrap, migrations
from libs.database.engine import refusal_for_database_error
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


async def prepare_databases(admin_url: URL, databases: Sequence[ServiceDatabase]) -> None:
    """Creates what is missing, one database after the other; a database that is up to date costs one connection.

    Waits for a server that becomes unreachable in the middle and then starts again: every step is idempotent.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + RETRY_SECONDS
    while True:
        try:
            return await _prepare_once(admin_url, databases)
        except (OSError, asyncpg.PostgresError, DBAPIError) as error:
            if refusal_for_database_error(error) is None or loop.time() > deadline:
                raise
            LOG.info("database_waits", error=type(error).__name__)
        await asyncio.sleep(0.2)


async def _prepare_once(admin_url: URL, databases: Sequence[ServiceDatabase]) -> None:
    admin = await leader_election.connect(admin_url.render_as_string(hide_password=False))
    try:
        for database in databases:
            if await bootstrap.create_database(admin, database.roles):
                LOG.info("database_made", service=database.roles.service)
    finally:
        await admin.close()
    # One after the other: Alembic keeps the running migration in a global of the process.
    for database in databases:
        await _migrate_tables(database)


async def _migrate_tables(database: ServiceDatabase) -> None:
    folder = migrations_folder(database.roles.service)
    owner: asyncpg.Connection = await leader_election.connect(database.owner_url)
    try:
        if await migrations.is_up_to_date(owner, folder):
            return
        if not await migrations.current_revision(owner):
            await bootstrap.grant_to_run_role(owner, database.roles)
    finally:
        await owner.close()
    await migrations.migrate(database.owner_url, folder)
    LOG.info("tables_ready", service=database.roles.service, revision=migrations.latest_revision(folder))
