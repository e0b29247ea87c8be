"""Who wears the hat of a secretary: who is told of what waits for the co-op's side."""

from uuid import UUID

from sqlalchemy import select

from libs.access import hats
from libs.database.engine import UnitOfWork

_SECRETARIES = select(hats.worn_hat.c.person).where(hats.worn_hat.c.hat == hats.SECRETARY)


async def list_secretaries(work: UnitOfWork) -> set[UUID]:
    return set((await work.connection.execute(_SECRETARIES)).scalars())
