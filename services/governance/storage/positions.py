"""How far our projections have followed the services that they come from."""

from collections.abc import Collection

from sqlalchemy import select

from libs.database.columns import among
from libs.database.engine import UnitOfWork
from libs.database.shared_tables import position

# The share lock keeps the consumers waiting until the transaction ends; one order, so that two rolls frozen at once cannot deadlock.
_LAST_APPLIED = (
    select(position.c.source, position.c.n)
    .where(among(position.c.source, "sources"))
    .order_by(position.c.source)
    .with_for_update(read=True)
)


async def last_applied_numbers(work: UnitOfWork, sources: Collection[str]) -> dict[str, int]:
    """Source -> the number of its last event applied; no other is applied until the transaction ends."""
    rows = (await work.connection.execute(_LAST_APPLIED, {"sources": list(sources)})).tuples().all()
    return dict.fromkeys(sources, 0) | dict(rows)
