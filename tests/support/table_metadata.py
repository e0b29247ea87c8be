"""Every service's tables as metadata, and how a database differs from them."""

from collections.abc import Sequence
from importlib import import_module

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Table, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from libs.access import hats
from libs.database import shared_tables

COMMON = (shared_tables.metadata, hats.metadata)
WITHOUT_HATS = frozenset({"web"})
"""It asks identity and checks nothing itself."""
_PARTITIONS = text("select relname from pg_class where relispartition")


def own_tables(service: str) -> MetaData:
    metadata: MetaData = import_module(f"services.{service}.storage.tables").metadata
    return metadata


def all_tables(service: str) -> list[MetaData]:
    return [own_tables(service), *(COMMON[:1] if service in WITHOUT_HATS else COMMON)]


async def differences(owner_url: str, tables: Sequence[MetaData]) -> list[object]:
    """What a database has and the metadata has not, or the other way: tables, columns, types, nullability, defaults, indexes and keys.

    Metadata does not repeat row-level security, partitions or check constraints: they are only in the migrations.
    """
    engine = create_async_engine(owner_url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(_compare, tables)
    finally:
        await engine.dispose()


def _compare(connection: Connection, tables: Sequence[MetaData]) -> list[object]:
    partitions = set(connection.execute(_PARTITIONS).scalars())
    context = MigrationContext.configure(
        connection,
        opts={
            "compare_type": True,
            "compare_server_default": True,
            "include_name": lambda name, kind, _: not (kind == "table" and name in partitions),
        },
    )
    # Alembic takes a sequence, too; its annotation does not say so.
    found: list[object] = list(compare_metadata(context, list(tables)))  # type: ignore[arg-type]
    # Alembic does not compare primary keys.
    return found + [
        ("primary_key", table.name)
        for metadata in tables
        for table in metadata.sorted_tables
        if inspect(connection).has_table(table.name) and _primary_key(connection, table) != [column.name for column in table.primary_key]
    ]


def _primary_key(connection: Connection, table: Table) -> list[str]:
    return inspect(connection).get_pk_constraint(table.name)["constrained_columns"]
