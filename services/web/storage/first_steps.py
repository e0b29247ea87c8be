"""Rows of first steps that are ticked off."""

from sqlalchemy import text

from libs.database.engine import UnitOfWork

_LIST = text("select step from first_step")
_TICK = text("insert into first_step (step, ticked_by, ticked_at) values (:step, :by, :now) on conflict do nothing")


async def list_ticked(work: UnitOfWork) -> frozenset[str]:
    return frozenset(row.step for row in await work.connection.execute(_LIST))


async def tick(work: UnitOfWork, step: str) -> None:
    """Insert the step; a step that is ticked off already keeps who did it and when."""
    await work.connection.execute(_TICK, {"step": step, "by": work.caller.id, "now": work.now})
