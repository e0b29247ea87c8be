"""The plans of the statements that a query runs: what PostgreSQL reads for it, in rows of tables.

async with planned(database, callers.person(wren), now) as (work, plans):
    await list_visits(work, ...)
    rows, scanned = await plans.read()
"""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg
from sqlalchemy import event

from libs.callers import Caller
from libs.database.engine import Database, UnitOfWork


@dataclass
class QueryPlans:
    """Statements are planned and run once more when `read` is asked for."""

    work: UnitOfWork
    statements: list[tuple[str, tuple[object, ...]]] = field(default_factory=list)

    async def read(self) -> tuple[Counter[str], set[str]]:
        """Rows read of each table, whether they were kept or not, and the tables of which a sequential scan read all."""
        rows, scanned = Counter[str](), set[str]()
        connection = (await self.work.connection.get_raw_connection()).driver_connection
        assert connection is not None
        for statement, parameters in list(self.statements):
            found = await _explain(connection, statement, parameters)
            for node in _nodes(found[0]["Plan"]):
                if table := node.get("Relation Name"):
                    rows[table] += round((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])
                    if node["Node Type"] == "Seq Scan":
                        scanned.add(table)
        return rows, scanned


@asynccontextmanager
async def planned(database: Database, caller: Caller, now: datetime) -> AsyncIterator[tuple[UnitOfWork, QueryPlans]]:
    """A unit of work as this caller, under their row-level security, and the plans of what is selected in it."""
    async with database.query_work(caller, now) as work:
        plans = QueryPlans(work)

        def note(_connection: object, _cursor: object, statement: str, parameters: tuple[object, ...], *_: object) -> None:
            if statement.lower().startswith("select") and " visit" in statement:
                plans.statements.append((statement, parameters))

        event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        try:
            yield work, plans
        finally:
            event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def _explain(connection: asyncpg.Connection, statement: str, parameters: Sequence[object]) -> Any:  # PostgreSQL's JSON
    """The plan that the services use, which is made without the values; of a statement that is explained itself it knows them."""
    kinds = [kind.name for kind in (await connection.prepare(statement)).get_parameters()]
    values = [
        await connection.fetchval(f"select quote_nullable(($1::{kind})::text)", value)
        for kind, value in zip(kinds, parameters, strict=True)
    ]
    await connection.execute(f"prepare explained as {statement}")
    given = f"({', '.join(values)})" if values else ""
    found = await connection.fetchval(f"explain (analyze, format json) execute explained{given}")
    await connection.execute("deallocate explained")
    return found


def _nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:  # as PostgreSQL's JSON has it
    return [plan, *(node for child in plan.get("Plans", []) for node in _nodes(child))]
