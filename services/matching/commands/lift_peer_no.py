"""Somebody takes back a no to a peer, or wants another try after one that came to nothing."""

from uuid import UUID

from libs.database.engine import UnitOfWork
from services.matching.commands.peer_side import require_peer
from services.matching.storage import peer_noes


async def lift_peer_no(work: UnitOfWork, other: UUID) -> None:
    """The two may be brought together again, once the other wants it too. Raises what `require_peer` raises."""
    call = await require_peer(work, other)
    await peer_noes.lift(work, call.own, call.other)
