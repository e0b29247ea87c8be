"""Looks at rows that the caller may not see, where a rule depends on them and only its answer leaves the service (ADR 58)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from libs.database.engine import UnitOfWork

# In SQL: the setting by which row-level security knows a part of the system, as `libs/database/engine.py` sets it. The first says what it
# was before.
_SEE_ALL = text("""
with before as materialized (select current_setting('kith.system', true) as system)
select system, set_config('kith.system', 'rules', true) from before""")
_SEE_AS = text("select set_config('kith.system', :system, true)")


@asynccontextmanager
async def all_rows(work: UnitOfWork) -> AsyncIterator[None]:
    """Within the block row-level security hides nothing from this transaction; the caller stays who they are. Blocks may be nested."""
    before = (await work.connection.execute(_SEE_ALL)).scalar()
    yield
    # After an error the transaction, or the savepoint around the block, is over, and the setting with it.
    await work.connection.execute(_SEE_AS, {"system": before or ""})
