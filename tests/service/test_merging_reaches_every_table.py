"""After a merge of two entries nothing in a service's database is under the entry that is no longer used, in whatever table it stood."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import ARRAY, Boolean, Column, Date, DateTime, Float, Integer, LargeBinary, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from kith.identity.facts.v1.facts_pb2 import PersonsMerged
from libs.access.person_tables import ACTING_RIGHTS, READS, WORN_HATS, PersonTable
from libs.database.engine import new_id
from libs.host import leader_election
from tests.support.running_co_op import Infrastructure, RunningCoOp, event_publisher, running_co_op

OF_IDENTITY = (ACTING_RIGHTS, WORN_HATS, READS)
"""Identity says anew whose hats and rights they are; who looked stays as it was."""
LASTING = {
    ("merged_person", "person"),
    ("merged_person", "kept"),
    ("team_member", "entry"),
    ("task_grant", "entry"),
    ("current_member", "person"),
    ("known_person", "person"),
    ("deceased_person", "person"),
}
"""Which entry was merged into which; by which entry somebody joined, as matching's events name it; what others say anew."""
WORDS = {("introduction", "step"): "open", ("introduction", "kind"): "support", ("private_no", "kind"): "no"}
WORDS |= {("co_op_ask_reply", "reference"): "", ("received_ask_reply", "reference"): ""}
WORDS |= {("referral", "direction"): "in"}
WORDS |= {("concern", "step"): "talk"}
OWNER = new_id()
"""The row that those of other tables belong to."""
MOMENT = datetime(2027, 3, 1, 9, tzinfo=UTC)
VALUES: Mapping[type, Callable[[int], object]] = {
    Uuid: lambda _: new_id(),
    Boolean: lambda _: True,
    Integer: lambda number: 1 + number % 2,  # As many workers as a visit may need.
    Float: lambda _: 1.0,
    Date: lambda number: MOMENT.date() + timedelta(days=number),
    DateTime: lambda number: MOMENT + timedelta(days=number),
    ARRAY: lambda _: [],
    JSONB: lambda _: "{}",
    LargeBinary: lambda _: b"",
}
"""By the type of the column, of the row with this number. The others are texts."""


def person_tables(service: str) -> tuple[PersonTable, ...]:
    tables: tuple[PersonTable, ...] = import_module(f"services.{service}.storage.person_tables").PERSON_TABLES
    return tables


@pytest.mark.capability("I1")
@pytest.mark.parametrize("service", ["matching", "scheduling"])
async def test_no_row_stays_with_the_entry_that_was_merged(infrastructure: Infrastructure, service: str) -> None:
    kept, other = new_id(), new_id()
    async with running_co_op(infrastructure, service) as co_op, event_publisher(co_op, "identity") as identity:
        connection = await connect_as_administrator(co_op, service)
        try:
            own = [table for table in person_tables(service) if table not in OF_IDENTITY]
            rows = [(table.table, name) for table in own for name in table.of if (table.kind, name) not in LASTING]
            for owner in {key.column.table for table, _ in rows for key in table.foreign_keys}:
                await insert_row(connection, owner, {"id": OWNER if isinstance(owner.c.id.type, Uuid) else str(OWNER)}, len(rows))
            for number, (table, name) in enumerate(rows):
                await insert_row(connection, table, {name: other}, number)
                assert await count_rows(connection, table, name, other) == 1
            await identity.publish((PersonsMerged(kept_person_id=str(kept), other_person_id=str(other)), str(kept)))
            await co_op.wait_until_consumed(service, "identity")
            left = [f"{table.name}.{name}" for table, name in rows if await count_rows(connection, table, name, other)]
            assert left == []
        finally:
            await connection.close()


async def connect_as_administrator(co_op: RunningCoOp, service: str) -> asyncpg.Connection:
    """To whom no row-level policy applies, and whose rows of single tables no foreign key refuses."""
    database = co_op.databases[service]
    url = database.admin.set(database=database.roles.database_name).render_as_string(hide_password=False)
    connection = await leader_election.connect(url)
    await connection.execute("set session_replication_role = replica")
    return connection


async def insert_row(connection: asyncpg.Connection, table: Table, values: Mapping[str, UUID | str], number: int) -> None:
    """Any row of the table with these values. Rows of different numbers are at different times."""
    row = {column.name: values.get(column.name, any_value(table, column, number)) for column in table.columns}
    places = ", ".join(f"${place}" for place in range(1, len(row) + 1))
    await connection.execute(f"insert into {table.name} ({', '.join(row)}) values ({places})", *row.values())  # noqa: S608 - our own names


async def count_rows(connection: asyncpg.Connection, table: Table, name: str, person: UUID) -> int:
    return int(await connection.fetchval(f"select count(*) from {table.name} where {name} = $1", person))  # noqa: S608 - our own names


def any_value(table: Table, column: Column[object], number: int) -> object:
    if column.nullable:
        return None
    if (table.name, column.name) == ("visit_record_entry", "number"):
        return number  # The entries of one record have each their own.
    kind = next((kind for kind in VALUES if isinstance(column.type, kind)), None)
    # What is there once for each row of another table cannot all belong to one.
    is_only_key = column.primary_key and len(table.primary_key) == 1
    if kind is Uuid and column.foreign_keys and not is_only_key:
        return OWNER
    if column.name == "first":
        return UUID(int=number)  # Of two the smaller one.
    if kind is DateTime and column.name.startswith("end"):
        return MOMENT + timedelta(days=number, hours=1)
    return VALUES[kind](number) if kind else WORDS.get((table.name, column.name), "x")
