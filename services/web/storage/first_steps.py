"""Rows of first steps that are ticked off."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from libs.database.engine import UnitOfWork
from services.web.storage.tables import first_step

_LIST = select(first_step.c.step)
_TICK = insert(first_step).on_conflict_do_nothing()


async def list_ticked(work: UnitOfWork) -> frozenset[str]:
    return frozenset((await work.connection.execute(_LIST)).scalars())


async def tick(work: UnitOfWork, step: str) -> None:
    """Insert the step; a step that is ticked off already keeps who did it and when."""
    await work.connection.execute(_TICK, {"step": step, "ticked_by": work.caller.id, "ticked_at": work.now})
