"""Migrates a service's tables to the version that its code needs. Forward only.

Each service has a linear series of revisions in `storage/migrations/`, named `0001_first.py`, `0002_...`. Alembic runs them; whether
there is anything to run is checked without it, because loading it costs a third of a second at every start.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.engine.interfaces import ExecutionContext


class DatabaseIsNewerError(RuntimeError):
    """A later version of Kith than this one migrated the tables."""


def latest_revision(folder: Path) -> str:
    """The name of the latest revision."""
    return max(path.stem for path in folder.glob("[0-9]*.py"))


async def current_revision(connection: asyncpg.Connection) -> str:
    """The revision that the tables are at; empty for an empty database."""
    if not await connection.fetchval("select to_regclass('public.alembic_version')"):
        return ""
    return await connection.fetchval("select version_num from alembic_version") or ""


async def is_up_to_date(connection: asyncpg.Connection, folder: Path) -> bool:
    """Whether no migration is left to run. Raises `DatabaseIsNewerError`."""
    current, latest = await current_revision(connection), latest_revision(folder)
    if current > latest:
        message = f"the database is at {current}, this version of Kith knows only {latest}: run the newer Kith, or restore a backup"
        raise DatabaseIsNewerError(message)
    return current == latest


async def migrate(owner_url: str, folder: Path) -> None:
    """Runs the missing migrations, all in one transaction, as the owner."""
    from sqlalchemy import event
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    engine = create_async_engine(owner_url, poolclass=NullPool)
    event.listen(engine.sync_engine, "do_execute", _execute_script)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade, folder)
    finally:
        await engine.dispose()


def _execute_script(_: object, statement: str, parameters: object, context: "ExecutionContext") -> bool:
    """Executes SQL of several statements, which a prepared statement cannot hold. Returns True when it executed it."""
    if parameters or ";" not in statement.rstrip(";\n "):
        return False
    adapter = context.root_connection.connection.dbapi_connection
    adapter.run_async(lambda driver: driver.execute(statement))  # type: ignore[union-attr]  # asyncpg's adapter has it
    return True


def _upgrade(connection: "Connection", folder: Path) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    # SQLAlchemy's adapter begins its transaction with its first statement; a script bypasses the adapter and must run inside it.
    connection.exec_driver_sql("select 1")
    config = Config()
    config.set_main_option("script_location", str(folder.parent))
    config.set_main_option("version_locations", str(folder))
    config.set_main_option("path_separator", "newline")
    scripts = ScriptDirectory.from_config(config)
    with EnvironmentContext(config, scripts, fn=lambda revision, _: scripts._upgrade_revs("head", revision)) as environment:  # noqa: SLF001 - as alembic's own `upgrade` command does
        environment.configure(connection=connection)
        environment.run_migrations()
