"""Marks peers that were not heard for a day as unreachable, and tells people once. Undelivered messages are kept."""

from datetime import timedelta

from libs.database.engine import UnitOfWork
from services.federation.storage import events_out, peers

UNREACHABLE_AFTER = timedelta(hours=24)


async def mark_unreachable_peers(work: UnitOfWork) -> int:
    """Returns how many became unreachable."""
    silent = await peers.list_silent_since(work, work.now - UNREACHABLE_AFTER)
    for peer in silent:
        await peers.set_unreachable(work, peer.id, unreachable=True)
        await peers.add_log_entry(work, peer.id, "unreachable")
        await events_out.peer_unreachable(work, peer.id)
    return len(silent)
