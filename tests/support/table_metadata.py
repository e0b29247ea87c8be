"""Every service's tables as metadata, and how a database differs from them."""

from collections.abc import Sequence
from importlib import import_module

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Table, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from libs import sealing
from libs.access import access_tables, consents, erasure_tables, hats, retention_tables
from libs.database import shared_tables
from libs.files import file_tables
from services.database_setup import migrations_folder

COMMON = (shared_tables.metadata, hats.metadata)
_PARTITIONS = text("select relname from pg_class where relispartition")


def own_tables(service: str) -> MetaData:
    metadata: MetaData = import_module(f"services.{service}.storage.tables").metadata
    if service == "identity":
        import_module("services.identity.storage.sign_in_tables")
    if service == "matching":
        import_module("services.matching.storage.ask_tables")
        import_module("services.matching.storage.partner_tables")
    if service == "scheduling":
        import_module("services.scheduling.storage.money_tables")
        import_module("services.scheduling.storage.working_time_tables")
        import_module("services.scheduling.storage.week_draft_tables")
    return metadata


def all_tables(service: str) -> list[MetaData]:
    """Its own, those that every service has, `worn_hat` if it follows identity's hats or is identity, and those of further libs it uses."""
    sources = "".join(path.read_text(encoding="utf-8") for path in migrations_folder(service).parents[1].rglob("*.py"))
    has_hats = service == "identity" or "hats.reactions()" in sources
    further = {
        "CREATE_ERASURE_TABLES": erasure_tables.metadata,
        "CREATE_RETENTION_TABLES": retention_tables.metadata,
        "CREATE_ACCESS_TABLES": access_tables.metadata,
        "acting_rights.": access_tables.acting_metadata,
        "create table team_place": access_tables.team_metadata,
        "CREATE_FILES": file_tables.metadata,
        "CREATE_GIVEN_CONSENTS": consents.metadata,
        "CREATE_PERSON_KEYS": sealing.metadata,
    }
    return [own_tables(service), *(COMMON if has_hats else COMMON[:1]), *(tables for ddl, tables in further.items() if ddl in sources)]


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
    found: list[object] = list(compare_metadata(context, list(tables)))  # type: ignore[arg-type]  # alembic types its context too narrowly
    # Alembic does not compare primary keys.
    return found + [
        ("primary_key", table.name)
        for metadata in tables
        for table in metadata.sorted_tables
        if inspect(connection).has_table(table.name) and _primary_key(connection, table) != [column.name for column in table.primary_key]
    ]


def _primary_key(connection: Connection, table: Table) -> list[str]:
    return inspect(connection).get_pk_constraint(table.name)["constrained_columns"]
