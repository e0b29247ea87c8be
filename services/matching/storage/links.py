"""Who is the co-op's Link to its peers: a projection of identity's hats says who wears the hat for it."""

from uuid import UUID

from libs.access import hats
from libs.database.engine import UnitOfWork

LINK_HAT = hats.SECRETARY
"""No rulebook names a hat of its own for it (ADR 57). The rows of pairs are open to this hat (migration 0008)."""


async def list_links(work: UnitOfWork) -> list[UUID]:
    return await hats.list_wearers(work, LINK_HAT)
