"""Reads what neither side may see of the other, for a decision of matching itself that tells nobody what it read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from libs.database.engine import UnitOfWork

# In SQL: the setting by which row-level security knows the software itself, as `libs/database/engine.py` sets it.
_AS = text("select set_config('kith.system', :system, true)")


@asynccontextmanager
async def as_engine(work: UnitOfWork) -> AsyncIterator[None]:
    """Row-level security lets the statements inside see every row. What raises inside ends the transaction, and with it the setting."""
    await work.connection.execute(_AS, {"system": "matching"})
    yield
    await work.connection.execute(_AS, {"system": work.caller.id if work.caller.system else ""})
