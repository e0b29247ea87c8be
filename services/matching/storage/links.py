"""Who is the co-op's Link to its peers: a projection of identity's hats says who wears the hat for it."""

from uuid import UUID

from sqlalchemy import bindparam, select

from libs.access import hats
from libs.database.engine import UnitOfWork

LINK_HAT = hats.SECRETARY
"""No rulebook names a hat of its own for it (ADR 57). The rows of pairs are open to this hat (migration 0008)."""
_WEARERS = select(hats.worn_hat.c.person).where(hats.worn_hat.c.hat == bindparam("hat")).order_by(hats.worn_hat.c.person)


async def list_links(work: UnitOfWork) -> list[UUID]:
    return list((await work.connection.execute(_WEARERS, {"hat": LINK_HAT})).scalars())
