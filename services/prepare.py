"""Databases, roles and tables of every service, made or brought up to date.

Before `kith up` starts anything, and as `python -m services migrate`.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from libs.database import bootstrap, migrations
from libs.database.engine import unreachable
from libs.host import leader
from libs.observe.logs import logger

LOG = logger("prepare")
AWAY_SECONDS = 20.0


@dataclass(frozen=True)
class Wanted:
    """One service's roles, and where its database will answer."""

    roles: bootstrap.Roles
    admin: URL

    def url(self, role: str, password: str) -> str:
        return self.admin.set(username=role, password=password, database=self.roles.database_name).render_as_string(hide_password=False)

    @property
    def owner_url(self) -> str:
        return self.url(self.roles.owner, self.roles.owner_password)

    @property
    def run_url(self) -> str:
        return self.url(self.roles.run, self.roles.run_password)


def migrations_of(service: str) -> Path:
    return Path(__file__).parent / service / "storage" / "migrations"


async def prepare(admin_url: URL, wanted: Sequence[Wanted]) -> None:
    """Makes what is missing, one database after the other; nothing to do costs one connection each.

    A server that goes away in the middle is waited for, and everything is looked at again: every step may be done twice.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + AWAY_SECONDS
    while True:
        try:
            return await _prepare(admin_url, wanted)
        except (OSError, asyncpg.PostgresError, DBAPIError) as error:
            if unreachable(error) is None or loop.time() > until:
                raise
            LOG.info("database_waits", error=type(error).__name__)
        await asyncio.sleep(0.2)


async def _prepare(admin_url: URL, wanted: Sequence[Wanted]) -> None:
    admin = await leader.connect(admin_url.render_as_string(hide_password=False))
    try:
        for one in wanted:
            if await bootstrap.make(admin, one.roles):
                LOG.info("database_made", service=one.roles.service)
    finally:
        await admin.close()
    # One after the other: Alembic keeps the migration it runs in a place that all of a process share.
    for one in wanted:
        await _tables(one)


async def _tables(one: Wanted) -> None:
    folder = migrations_of(one.roles.service)
    owner: asyncpg.Connection = await leader.connect(one.owner_url)
    try:
        if await migrations.at_head(owner, folder):
            return
        if not await migrations.current(owner):
            await bootstrap.grant(owner, one.roles)
    finally:
        await owner.close()
    await migrations.migrate(one.owner_url, folder)
    LOG.info("tables_ready", service=one.roles.service, revision=migrations.head(folder))
